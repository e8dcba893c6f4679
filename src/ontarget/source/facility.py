"""The accelerator and its running plan."""

from __future__ import annotations

from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_positive, check_range, concrete
from ontarget.ground.noun import (
    BeamEnergy,
    Frequency,
    Noun,
    Number,
    PerYear,
    Power,
    as_array,
    on_host,
    quantity,
    static,
)
from ontarget.ground.units import PER_YEAR, POWER, TIME
from ontarget.source.pulse import AbstractPulse, PulseTrain


class Facility(Noun):
    r"""A pulsed proton accelerator and its target.

    .. math:: \dot N_p = \frac{P}{E_p}\,f_\mathrm{operation}

    Attributes
    ----------
    proton_energy : kinetic energy of the protons
    power : beam power while it runs
    repetition : pulses per time
    pulse : the proton current of one pulse
    operation : fraction of calendar time in which the beam runs at `power`
    target : material of the target
    protons : protons on target per calendar time; follows from the numbers above where it is not given, and must
        agree with them to 1 % where it is (it is then the number used)
    protons_per_pulse : of the design; nothing is computed from it but the power, with which it must agree to 3 %
    """

    proton_energy: BeamEnergy = quantity()
    power: Power = quantity()
    repetition: Frequency = quantity()
    pulse: AbstractPulse
    operation: Number = quantity(default=1.0)
    target: str = static(default="")
    protons: PerYear | None = quantity(default=None)
    protons_per_pulse: Number | None = quantity(default=None)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "proton_energy", "power", "repetition")
        check_range(self, "operation", 0.0, 1.0, open_low=True)
        given, derived = concrete(self.protons), self.derived()
        if given is not None and derived is not None and not abs(given / derived - 1) < 0.01:
            truth = f"Power, proton energy and operation give {PER_YEAR.show(derived)}."
            raise InputError("protons", PER_YEAR.show(given), truth, "Give one or the other, or make them agree.")
        self.check_pulses()
        _ = self.train
        start, stop = map(concrete, self.pulse.ends)
        if start is not None and stop is not None and start + stop < 0:
            truth = "A pulse comes after the zero of its clock."
            remedy = "Shift it; what moves a window against it is detector.tag.offset."
            raise InputError("pulse", f"a pulse around {TIME.show((start + stop) / 2)}", truth, remedy)

    @property
    def train(self) -> PulseTrain:
        """The pulse with all that came before it, as a window sees them; it is shorter than the time between two."""
        return PulseTrain(self.pulse, as_array(1 / on_host(self.repetition)))

    def derived(self) -> float | None:
        """Protons per time that power, proton energy and operation give; None where any of them is traced."""
        power, energy, operation = (concrete(one) for one in (self.power, self.proton_energy, self.operation))
        if power is None or energy is None or operation is None:
            return None
        return power / energy * operation

    def check_pulses(self) -> None:
        """Refuse a design whose pulses do not make its power."""
        given, power = concrete(self.protons_per_pulse), concrete(self.power)
        if given is None or power is None:
            return
        made = float(self.power_of_pulses)
        if not abs(made / power - 1) < 0.03:
            got, truth = f"{given:.4g}", f"That makes a power of {POWER.show(made)}."
            raise InputError("protons_per_pulse", got, truth, f"Give what makes {POWER.show(power)}.")

    @property
    def power_of_pulses(self) -> Float[Array, ""]:
        r"""Beam power from the design, :math:`n f E_p`; an error where it says nothing of its pulses."""
        if self.protons_per_pulse is None:
            raise InputError(
                "protons_per_pulse", "nothing", "It is not known how many protons a pulse has.", "Give it."
            )
        protons, repetition, energy = on_host((self.protons_per_pulse, self.repetition, self.proton_energy))
        return as_array(protons * repetition * energy)

    @property
    def protons_while_running(self) -> Float[Array, ""]:
        """Protons per time while the beam runs, P/E_p."""
        power, energy = on_host((self.power, self.proton_energy))
        return as_array(power / energy)

    @property
    def protons_per_time(self) -> Float[Array, ""]:
        """Protons per calendar time."""
        if self.protons is not None:
            return self.protons
        rate, operation = on_host((self.protons_while_running, self.operation))
        return as_array(rate * operation)
