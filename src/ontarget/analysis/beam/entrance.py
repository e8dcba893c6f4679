"""What enters a decay tunnel: how many, with what momenta, angles and spots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np
from jaxtyping import Array, Float

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.segment import Segments
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.narrow import source_of
from ontarget.ground.program import program
from ontarget.ground.units import GeV, mm, mrad
from ontarget.numerics.lattice import lattice, shifts
from ontarget.numerics.progress import silent
from ontarget.source.tunnel.decay_tunnel import DecayTunnel


@dataclass(frozen=True)
class BeamEntrance:
    """Moments of the beam at the entrance of the tunnel, by species; standard deviations are about the mean.

    Attributes
    ----------
    species : [species] names
    number : [species] particles per proton on target
    momentum : [species] mean, GeV/c
    spread : [species] standard deviation of the momentum, relative to its mean
    divergence : [species plane] standard deviation of the slopes in x and in y, mrad
    spot : [species plane] standard deviation of the places in x and in y, mm
    """

    species: tuple[str, ...]
    number: np.ndarray
    momentum: np.ndarray
    spread: np.ndarray
    divergence: np.ndarray
    spot: np.ndarray


def tunnel_source(experiment: AbstractExperiment) -> DecayTunnel:
    """The source of an experiment with a tunnel to enter; others are refused."""
    return source_of(experiment, DecayTunnel, "It has no tunnel to enter.")


def beam_entrance(
    experiment: AbstractExperiment, rays: int = 2**18, progress: Callable[[str], None] = silent
) -> BeamEntrance:
    """Numbers, momenta, divergences and spots of the species that enter the tunnel.

    Parameters
    ----------
    experiment : its source is a `DecayTunnel`
    rays : points of the lattice, of each species
    """
    source = tunnel_source(experiment)
    progress(f"beam at the entrance: {experiment.name}")
    u = lattice(jax.device_put(np.uint64(0)), rays, shifts((1, 0), source.beam.dimensions))
    every = [moments(entering(source.beam, source.tunnel, parent, u)) for parent in source.beam.parents]
    return BeamEntrance(source.beam.parents, *(np.array(one) for one in zip(*every, strict=True)))


def moments(segments: Segments) -> tuple[float, float, float, np.ndarray, np.ndarray]:
    """Number, mean momentum, its relative spread, and per plane divergence and spot, as `BeamEntrance` has them."""
    number, momentum = np.asarray(segments.number), np.asarray(segments.momentum)
    size = np.sqrt((momentum**2).sum(axis=1))
    place, slope = np.asarray(segments.start)[:, :2], momentum[:, :2] / momentum[:, 2:]
    mean, deviation = weighted_moments(size[:, None], number)
    _, divergence = weighted_moments(slope, number)
    _, spot = weighted_moments(place, number)
    spread = float(deviation[0] / mean[0])
    return float(number.sum()), float(mean[0] / GeV), spread, divergence / mrad, spot / mm


def weighted_moments(
    values: Float[np.ndarray, "ray column"], weight: Float[np.ndarray, " ray"]
) -> tuple[Float[np.ndarray, " column"], Float[np.ndarray, " column"]]:
    """Mean and standard deviation of each column, in its unit."""
    mean = weight @ values / weight.sum()
    return mean, np.sqrt(weight @ (values - mean) ** 2 / weight.sum())


@program
def entering(beam: AbstractBeam, tunnel: Tunnel, parent: str, u: Float[Array, "ray dimension"]) -> Segments:
    """The flights of one species through the tunnel, from its entrance."""
    return beam.segments(parent, "tunnel", tunnel, u)
