"""Floor 7: instruments in and behind the beam: trackers, spectrometers, and the tagging of neutrinos."""

from ontarget.monitor.arm import Arm
from ontarget.monitor.campaign import Campaign, Tagged
from ontarget.monitor.hit_map import Raster, raster_around
from ontarget.monitor.interactions import Drawing, Interactions
from ontarget.monitor.performance import Performance, of_mode, of_pions, performance
from ontarget.monitor.scattering import highland
from ontarget.monitor.silicon import dose, hardness
from ontarget.monitor.spectrometer import fitted_resolution, momentum_resolution, spectrometer_resolution
from ontarget.monitor.stream import Stream, WorkingPoint, stream, working_point
from ontarget.monitor.tag_response import TagResponse, by_flavour, tag_response
from ontarget.monitor.tagger import Tagger
from ontarget.monitor.tagging import Tags
from ontarget.monitor.tracker import (
    AbstractPlane,
    ArmPlane,
    Coming,
    EntrancePlane,
    Hits,
    LinePlane,
    Sensor,
    Trackers,
    coming,
)

__all__ = [
    "AbstractPlane",
    "Arm",
    "ArmPlane",
    "Campaign",
    "Coming",
    "Drawing",
    "EntrancePlane",
    "Hits",
    "Interactions",
    "LinePlane",
    "Performance",
    "Raster",
    "Sensor",
    "Stream",
    "TagResponse",
    "Tagged",
    "Tagger",
    "Tags",
    "Trackers",
    "WorkingPoint",
    "by_flavour",
    "coming",
    "dose",
    "fitted_resolution",
    "hardness",
    "highland",
    "momentum_resolution",
    "of_mode",
    "of_pions",
    "performance",
    "raster_around",
    "spectrometer_resolution",
    "stream",
    "tag_response",
    "working_point",
]
