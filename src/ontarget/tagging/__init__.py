"""Tagging, event by event: interactions, tracks around them, pairs, fits, and what a tag is worth."""

from ontarget.tagging.arm import Arm
from ontarget.tagging.background_tracks import Stream, WorkingPoint, stream, working_point
from ontarget.tagging.campaign import Campaign, Tagged
from ontarget.tagging.interactions import Drawing, Interactions
from ontarget.tagging.performance import Performance, of_mode, of_pions, performance
from ontarget.tagging.tag import Tags
from ontarget.tagging.tag_response import TagResponse, by_flavour, simulated_tag, tag_response
from ontarget.tagging.tagger import Tagger

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
    "simulated_tag",
    "stream",
    "tag_response",
    "working_point",
]
