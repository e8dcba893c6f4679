"""A beam for backgrounds: only what they ask of it."""

from ontarget.ground.units import Hz, ns
from ontarget.source import Running, UniformPulse


def running(live, protons=1e20, repetition=100 * Hz):
    return Running(live, repetition, protons, UniformPulse(320 * ns))
