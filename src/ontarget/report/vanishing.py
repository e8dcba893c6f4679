"""Counts that a sterile neutrino takes away, for many splittings in one compiled program."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import Noun
from ontarget.propagation import NoOscillation
from ontarget.source import Flux


class Vanishing(Noun):
    r"""Counts by flavour, with and without a fourth mass.

    .. math:: n_{\alpha k} = N_{\alpha k} - \sin^2 2\theta_{\alpha S}\,D_{\alpha k}(\Delta m^2),\quad
        \sin^2 2\theta_{\alpha S} = 4|U_{\alpha4}|^2|U_{s4}|^2

    Linear in the amplitudes where neutral currents see all active flavours alike, for what changes from one to another
    is then counted as before: exact with one mixing alone, and else but for the radiative couplings' difference
    between flavours (a few per cent of an appearance that is of second order in the mixings).

    Attributes
    ----------
    steady : N [flavour tag], all of the seen axis
    lost : D [splitting flavour tag], at an amplitude of one
    """

    steady: Float[Array, "flavour tag"]
    lost: Float[Array, "splitting flavour tag"]


def unit_flux(flux: Flux) -> Flux:
    """One neutrino of every flavour per area at each node of energy, with the node in place of the tag."""
    nodes = len(flux.energy)
    values = jnp.concatenate([jnp.eye(nodes), jnp.zeros((nodes, 1))], axis=1)[None, :, None, :]
    return Flux(flux.energy, flux.path[:1], jnp.broadcast_to(values, (len(flux.values), *values.shape[1:])))


@eqx.filter_jit
def vanishing(experiment: Experiment, splittings: Float[Array, " splitting"]) -> Vanishing:
    """What an experiment whose propagation is a `Sterile31` counts, and what it loses at each splitting.

    What a neutrino of each energy leaves in the detector is computed once; a splitting then costs its averaged phases
    at the nodes of energy and path, and one sum over them.
    """
    flux, still = experiment.flux(), eqx.tree_at(lambda one: one.propagation, experiment, NoOscillation())
    unit = unit_flux(flux)
    channels = [still.channel_counts(channel, unit) for channel in experiment.detector.channels]
    seen = sum(one.values.sum(axis=2) for one in channels)
    counted = seen[:, :, None, None] * flux.values[..., :-1]

    def changed(dm2: Float[Array, ""]) -> Float[Array, "energy path"]:
        return dataclasses.replace(experiment.propagation, dm2=dm2).changed(
            flux.energy, flux.path, flux.energy_cell, flux.path_cell
        )

    lost = jnp.einsum("sep,fepk->sfk", jax.vmap(changed)(splittings), counted)
    return Vanishing(counted.sum(axis=(1, 2)), lost)
