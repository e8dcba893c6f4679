"""Floor 7: instruments in and behind the tunnel: calorimeter, range meter, trackers, and the tagging of neutrinos."""

from ontarget.monitor.arm import Arm
from ontarget.monitor.calorimeter import EnergyResponse, Halo, Sample, TunnelCalorimeter
from ontarget.monitor.campaign import Campaign, Tagged
from ontarget.monitor.flow import Flow, GivenLeptons, collect
from ontarget.monitor.hit_map import Raster, raster_around
from ontarget.monitor.instrument import AbstractInstrument
from ontarget.monitor.interactions import Drawing, Interactions
from ontarget.monitor.performance import Performance, of_mode, of_pions, performance
from ontarget.monitor.range_meter import Block, RangeMeter
from ontarget.monitor.scattering import highland
from ontarget.monitor.silicon import dose, hardness
from ontarget.monitor.spectrometer import fitted_resolution, momentum_resolution, spectrometer_resolution
from ontarget.monitor.stream import Stream, WorkingPoint, stream, working_point
from ontarget.monitor.tag_response import TagResponse, by_flavour, simulated_tag, tag_response
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
    "AbstractInstrument",
    "AbstractPlane",
    "Arm",
    "ArmPlane",
    "Block",
    "Campaign",
    "Coming",
    "Drawing",
    "EnergyResponse",
    "EntrancePlane",
    "Flow",
    "GivenLeptons",
    "Halo",
    "Hits",
    "Interactions",
    "LinePlane",
    "Performance",
    "RangeMeter",
    "Raster",
    "Sample",
    "Sensor",
    "Stream",
    "TagResponse",
    "Tagged",
    "Tagger",
    "Tags",
    "Trackers",
    "TunnelCalorimeter",
    "WorkingPoint",
    "by_flavour",
    "collect",
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
    "simulated_tag",
    "spectrometer_resolution",
    "stream",
    "tag_response",
    "working_point",
]
