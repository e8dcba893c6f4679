"""Windows in time that keep the prompt neutrinos of a pulse and few late ones, and what is significant in them."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.ground.constants import pion_lifetime
from ontarget.source import AbstractPulse
from ontarget.source.stopped_pion import delayed_cumulative

TINY = 1e-12

MOMENTS = 6000


@dataclass(frozen=True)
class Windows:
    """The best window of a pulse for each distance, where prompt neutrinos of one kind are the signal.

    Attributes
    ----------
    length : [distance] of all its pieces together, in internal units
    kept, leak : [distance] parts of the prompt and of the late neutrinos that fall into it
    significance : [distance] standard deviations of the signal above none, by spectra
    """

    length: Float[np.ndarray, " distance"]
    kept: Float[np.ndarray, " distance"]
    leak: Float[np.ndarray, " distance"]
    significance: Float[np.ndarray, " distance"]

    @property
    def best(self) -> int:
        """The place of the distance where the signal is most significant."""
        return int(self.significance.argmax())

    def significance_at_best(
        self, signal: Float[np.ndarray, "distance seen"], late: Float[np.ndarray, "distance seen"]
    ) -> float:
        """Standard deviations of other spectra, at this distance and in its window."""
        i = self.best
        return significance(self.kept[i] * signal[i], self.leak[i] * late[i])

    @classmethod
    def of(
        cls, pulse: AbstractPulse, signal: Float[np.ndarray, "distance seen"], late: Float[np.ndarray, "distance seen"]
    ) -> Windows:
        r"""Choose among the moments of a pulse, those with most prompt neutrinos for each late one first.

        .. math:: \epsilon s/\sqrt{\epsilon s + f b}

        is largest, of s prompt and b late neutrinos of which the moments chosen hold the parts epsilon and f.
        """
        end = float(pulse.length) + 20 * pion_lifetime
        t = jnp.linspace(-end, 2 * end, MOMENTS + 1)
        prompt = np.diff(np.asarray(pulse.cumulative(t, pion_lifetime)))
        delayed = np.diff(np.asarray(delayed_cumulative(pulse, t)))
        frequent = prompt > 1e-3 * prompt.max()  # or a window would begin long before a pulse with tails
        order = np.argsort(np.where(frequent, -prompt / np.maximum(delayed, TINY), 0.0), kind="stable")
        kept, leak = np.cumsum(prompt[order]), np.cumsum(delayed[order])
        s, b = signal.sum(axis=-1)[:, None], late.sum(axis=-1)[:, None]
        worth = kept * s / np.sqrt(np.maximum(kept * s + leak * b, TINY))
        last = worth.argmax(axis=1)
        found = zip(kept[last], leak[last], signal, late, strict=True)
        reached = np.array([significance(k * one, f * other) for k, f, one, other in found])
        return cls((last + 1) * float(t[1] - t[0]), kept[last], leak[last], reached)


def significance(signal: Float[np.ndarray, " seen"], background: Float[np.ndarray, " seen"]) -> float:
    r"""Standard deviations of a signal above none, :math:`\sqrt{\sum_i s_i^2/(s_i + b_i)}`."""
    return float(np.sqrt(squared_significance(signal, signal + background)))


def squared_significance(difference: Float[np.ndarray, " seen"], variance: Float[np.ndarray, " seen"]) -> float:
    """Squares of differences in their errors, summed over bins that hold anything."""
    return float(np.sum(difference**2 / np.where(variance > 0, variance, 1.0)))


def largest_difference(counts: Float[np.ndarray, " phase"]) -> float:
    """The largest difference between two numbers of counts, in errors of the one that is assumed."""
    return float(np.max(np.abs(counts[:, None] - counts) / np.sqrt(np.maximum(counts, TINY))))
