"""Floor 6: what happens to the neutrinos on their way."""

from ontarget.propagation.none import AbstractPropagation, NoOscillation

__all__ = ["AbstractPropagation", "NoOscillation"]
