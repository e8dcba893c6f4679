"""What an exposure brings to a detector besides neutrinos: time with beam, pulses, protons."""

from __future__ import annotations

from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Duration, Frequency, Noun, Number, as_array, on_host, quantity
from ontarget.source.pulse import AbstractPulse, PulseTrain
from ontarget.source.tag import AbstractTag, AbstractTimeTag


class Running(Noun):
    """The beam as a background sees it.

    Attributes
    ----------
    live : time with beam
    repetition : pulses per time while the beam runs
    protons : on target, in the whole exposure
    pulse : the proton current of one pulse
    """

    live: Duration = quantity()
    repetition: Frequency = quantity()
    protons: Number = quantity()
    pulse: AbstractPulse

    @property
    def train(self) -> PulseTrain:
        """The pulse with all that came before it, as a window sees them."""
        return PulseTrain(self.pulse, as_array(1 / on_host(self.repetition)))

    def duty(self, tag: AbstractTag) -> Float[Array, ""]:
        """Fraction of the time with beam in which the window of a tag is open: repetition times window."""
        window = tag.window if isinstance(tag, AbstractTimeTag) else None
        if window is None:
            truth = "It has no window in time, so that the share of the time in which it is open is not known."
            raise InputError("tag", type(tag).__name__, truth, "Use ArrivalTime, or give backgrounds their 'duty'.")
        repetition, window = on_host((self.repetition, window))
        found = as_array(repetition * window)
        if (share := concrete(found)) is not None and share > 1:
            truth = "Windows longer than the time between two pulses overlap."
            raise InputError("tag", f"a window open {100 * share:.4g} % of the time", truth, "Give a shorter one.")
        return found
