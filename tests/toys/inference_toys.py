"""Toy experiments for the tests of this room: a CEvNS-like chain with non-standard couplings, and small ones."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ontarget.ground.noun import Noun, Scalar, Vector, quantity, static

PROTON, NEUTRON = 0.0229, -0.5116  # vector couplings of the nucleons, tree level with small radiative corrections


class Couplings(Noun):
    """Non-standard couplings of the electron and muon flavours to up and down quarks."""

    ee_u: Scalar = quantity(default=0.0)
    ee_d: Scalar = quantity(default=0.0)
    em_u: Scalar = quantity(default=0.0)
    em_d: Scalar = quantity(default=0.0)
    mm_u: Scalar = quantity(default=0.0)
    mm_d: Scalar = quantity(default=0.0)

    def matrix(self) -> tuple:
        zero = jnp.zeros(())
        up = jnp.stack([self.ee_u, self.em_u, zero, self.em_u, self.mm_u, zero, zero, zero, zero]).reshape(3, 3)
        down = jnp.array([[self.ee_d, self.em_d, 0.0], [self.em_d, self.mm_d, 0.0], [0.0, 0.0, 0.0]])
        return up, down


class Nuclide(Noun):
    name: str = static()
    protons: Scalar = quantity()
    neutrons: Scalar = quantity()


class Source(Noun):
    scale: Scalar = quantity(default=1.0)


class Coherent(Noun):
    """Counts in 12 times by 12 energies: sum over nuclides and flavours of (Q^2)_aa, with Z F_p and N F_n apart."""

    name: str = static()
    nuclides: tuple[Nuclide, ...]
    couplings: Couplings = Couplings()
    source: Source = Source()
    radius: Scalar = quantity(default=4.7)  # fm
    background_scale: Scalar = quantity(default=1.0)
    background: Vector = quantity(default_factory=lambda: np.full(144, 5.0))
    exposure: Scalar = quantity(default=3.0)

    def bins(self):
        recoil = (jnp.arange(12.0) + 0.5) / 12.0
        time = jnp.stack(
            [jnp.exp(-jnp.arange(12.0)), jnp.exp(-jnp.arange(12.0) / 6.0), jnp.exp(-jnp.arange(12.0) / 6.0)]
        )
        time = time / time.sum(1, keepdims=True)
        time = jnp.stack([time[1], time[0], time[2]])  # electron neutrinos late, muon neutrinos prompt
        up, down = self.couplings.matrix()
        unit = jnp.eye(3)

        def one(nuclide):
            z, n = nuclide
            q = 0.02 * self.radius * jnp.sqrt(recoil) * 5.0
            form = jnp.exp(-(q**2) / 5.0)
            charge = z * (PROTON * unit + 2.0 * up + down)[..., None] * form
            charge = charge + n * (NEUTRON * unit + up + 2.0 * down)[..., None] * form
            square = jnp.einsum("abt,bat->at", charge, charge)
            return jnp.einsum("at,ae,t->et", square, time, 1.0 - recoil)

        zs = jnp.stack([one.protons for one in self.nuclides])
        ns = jnp.stack([one.neutrons for one in self.nuclides])
        signal = jax.lax.map(one, (zs, ns)).sum(0)
        return self.source.scale * self.exposure * signal.reshape(-1) + self.background_scale * self.background


def csi(name: str = "csi", **fields) -> Coherent:
    return Coherent(name, (Nuclide("Cs133", 55.0, 78.0), Nuclide("I127", 53.0, 74.0)), **fields)


def single(name: str, protons: float, neutrons: float, **fields) -> Coherent:
    return Coherent(name, (Nuclide("one", protons, neutrons),), **fields)


class Line(Noun):
    """Two templates with a scale each: counts linear in both."""

    name: str = static()
    signal: Vector = quantity()
    background: Vector = quantity()
    signal_scale: Scalar = quantity(default=1.0)
    background_scale: Scalar = quantity(default=1.0)

    def bins(self):
        return self.signal_scale * self.signal + self.background_scale * self.background


class Pair(Noun):
    """Two bins, each with a signal of its own beside a background."""

    name: str = static()
    background: Scalar = quantity()
    x: Scalar = quantity(default=1.0)
    y: Scalar = quantity(default=1.0)

    def bins(self):
        return jnp.stack([self.x, self.y]) + self.background
