"""Instruments in and behind the tunnel: calorimeter, range meter, trackers."""

from ontarget.monitor.calorimeter import EnergyResponse, Halo, Sample, TunnelCalorimeter
from ontarget.monitor.flow import LeptonTemplate, PrecomputedLeptons, collect
from ontarget.monitor.hit_map import Raster, raster_around
from ontarget.monitor.instrument import AbstractInstrument
from ontarget.monitor.range_meter import Block, RangeMeter
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
    "AbstractInstrument",
    "AbstractPlane",
    "ArmPlane",
    "Block",
    "Coming",
    "EnergyResponse",
    "EntrancePlane",
    "Halo",
    "Hits",
    "LeptonTemplate",
    "LinePlane",
    "PrecomputedLeptons",
    "RangeMeter",
    "Raster",
    "Sample",
    "Sensor",
    "Trackers",
    "TunnelCalorimeter",
    "collect",
    "coming",
    "dose",
    "fitted_resolution",
    "hardness",
    "momentum_resolution",
    "raster_around",
    "spectrometer_resolution",
]
