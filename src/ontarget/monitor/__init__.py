"""Floor 7: instruments in and behind the beam: trackers, spectrometers."""

from ontarget.monitor.hit_map import Raster, raster_around
from ontarget.monitor.scattering import highland
from ontarget.monitor.silicon import dose, hardness
from ontarget.monitor.spectrometer import fitted_resolution, momentum_resolution, spectrometer_resolution
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
    "ArmPlane",
    "Coming",
    "EntrancePlane",
    "Hits",
    "LinePlane",
    "Raster",
    "Sensor",
    "Trackers",
    "coming",
    "dose",
    "fitted_resolution",
    "hardness",
    "highland",
    "momentum_resolution",
    "raster_around",
    "spectrometer_resolution",
]
