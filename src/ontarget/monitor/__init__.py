"""Floor 7: instruments in and behind the beam: trackers, spectrometers."""

from ontarget.monitor.hit_map import Raster, raster_around
from ontarget.monitor.scattering import highland
from ontarget.monitor.silicon import dose, hardness
from ontarget.monitor.spectrometer import momentum_resolution
from ontarget.monitor.tracker import AbstractPlane, ArmPlane, EntrancePlane, Hits, LinePlane, Sensor, Trackers

__all__ = [
    "AbstractPlane",
    "ArmPlane",
    "EntrancePlane",
    "Hits",
    "LinePlane",
    "Raster",
    "Sensor",
    "Trackers",
    "dose",
    "hardness",
    "highland",
    "momentum_resolution",
    "raster_around",
]
