"""Pieces of flight on which beam particles may decay, and the decays on them."""

from __future__ import annotations

from jaxtyping import Array, Float

from ontarget.ground.noun import Noun


class Segments(Noun):
    """Straight pieces of flight of particles of one kind.

    Frame of the tunnel: z along its axis, from its entrance; y upwards. A few rays stand for all.

    Attributes
    ----------
    start : [ray 3] where each piece begins, length
    momentum : [ray 3], energy
    length : [ray] how far the particle can fly before something stops it
    time : [ray] at the start, since the proton struck
    number : [ray] particles alive at the start that the ray stands for, per proton on target
    spin : [ray 3] polarisation in the particle's own rest frame (that reached by a pure boost), zero for mesons
    """

    start: Float[Array, "ray 3"]
    momentum: Float[Array, "ray 3"]
    length: Float[Array, " ray"]
    time: Float[Array, " ray"]
    number: Float[Array, " ray"]
    spin: Float[Array, "ray 3"]


class Decays(Noun):
    """Decays in flight, with the neutrino and the charged lepton of each.

    Attributes
    ----------
    place : [ray 3] and `time` : [ray] of the decay
    parent, neutrino, lepton : [ray 3] momenta
    number : [ray] decays per proton on target that the ray stands for
    """

    place: Float[Array, "ray 3"]
    time: Float[Array, " ray"]
    parent: Float[Array, "ray 3"]
    neutrino: Float[Array, "ray 3"]
    lepton: Float[Array, "ray 3"]
    number: Float[Array, " ray"]
