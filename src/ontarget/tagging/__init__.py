"""Tagging, event by event: interactions, tracks around them, pairs, fits, and what a tag is worth."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.tagging.arm import Arm
    from ontarget.tagging.background_tracks import Stream, WorkingPoint, stream, working_point
    from ontarget.tagging.campaign import Campaign, Tagged
    from ontarget.tagging.interactions import Drawing, Interactions
    from ontarget.tagging.performance import Performance, of_mode, of_pions, performance
    from ontarget.tagging.tag import Tags
    from ontarget.tagging.tag_response import TagResponse, by_flavour, simulated_tag, tag_response
    from ontarget.tagging.tagger import Tagger

lazy(
    __name__,
    {
        ".arm": "Arm",
        ".background_tracks": "Stream WorkingPoint stream working_point",
        ".campaign": "Campaign Tagged",
        ".interactions": "Drawing Interactions",
        ".performance": "Performance of_mode of_pions performance",
        ".tag": "Tags",
        ".tag_response": "TagResponse by_flavour simulated_tag tag_response",
        ".tagger": "Tagger",
    },
)
