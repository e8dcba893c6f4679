"""Instruments in and behind the tunnel: calorimeter, range meter, trackers."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
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

lazy(
    __name__,
    {
        ".calorimeter": "EnergyResponse Halo Sample TunnelCalorimeter",
        ".flow": "LeptonTemplate PrecomputedLeptons collect",
        ".hit_map": "Raster raster_around",
        ".instrument": "AbstractInstrument",
        ".range_meter": "Block RangeMeter",
        ".silicon": "dose hardness",
        ".spectrometer": "fitted_resolution momentum_resolution spectrometer_resolution",
        ".tracker": "AbstractPlane ArmPlane Coming EntrancePlane Hits LinePlane Sensor Trackers coming",
    },
)
