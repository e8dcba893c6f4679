"""Floor 7: instruments in and behind the beam: trackers, spectrometers."""

from ontarget.monitor.scattering import highland
from ontarget.monitor.spectrometer import momentum_resolution

__all__ = [
    "highland",
    "momentum_resolution",
]
