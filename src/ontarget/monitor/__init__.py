"""Floor 7: instruments in and behind the tunnel that look at charged particles: calorimeter, range meter."""

from ontarget.monitor.calorimeter import EnergyResponse, Halo, Sample, TunnelCalorimeter
from ontarget.monitor.flow import Flow, GivenLeptons, collect
from ontarget.monitor.instrument import AbstractInstrument
from ontarget.monitor.range_meter import Block, RangeMeter

__all__ = [
    "AbstractInstrument",
    "Block",
    "EnergyResponse",
    "Flow",
    "GivenLeptons",
    "Halo",
    "RangeMeter",
    "Sample",
    "TunnelCalorimeter",
    "collect",
]
