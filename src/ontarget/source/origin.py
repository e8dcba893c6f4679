"""Where a neutrino of a decay tunnel comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where a neutrino comes from: the beam's parent, what was followed from it, the decay mode, and the region."""

    parent: str
    followed: tuple[str, ...]
    mode: str
    neutrino: str
    region: str

    @property
    def label(self) -> str:
        """How tables and figures call it."""
        return f"{' > '.join((self.parent, *self.followed))} > {self.neutrino} ({self.mode}), {self.region}"
