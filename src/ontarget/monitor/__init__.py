"""Floor 7: what is measured beside the beam."""

from ontarget.monitor.arm import Arm
from ontarget.monitor.campaign import Campaign, Tagged
from ontarget.monitor.interactions import Drawing, Interactions
from ontarget.monitor.performance import Performance, of_mode, of_pions, performance
from ontarget.monitor.stream import Stream, WorkingPoint, stream, working_point
from ontarget.monitor.tag_response import TagResponse, by_flavour, tag_response
from ontarget.monitor.tagger import Tagger
from ontarget.monitor.tagging import Tags

__all__ = [
    "Arm",
    "Campaign",
    "Drawing",
    "Interactions",
    "Performance",
    "Stream",
    "TagResponse",
    "Tagged",
    "Tagger",
    "Tags",
    "WorkingPoint",
    "by_flavour",
    "of_mode",
    "of_pions",
    "performance",
    "stream",
    "tag_response",
    "working_point",
]
