"""The detector: a mass of material at a site, with its channels and backgrounds."""

from __future__ import annotations

import jax

from ontarget.detector.background import AbstractBackground
from ontarget.detector.channel import Channel, check_own_axes
from ontarget.detector.stage import ENERGY, QUANTA, check_seen, observable
from ontarget.ground.effect import Moves, part
from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import Mass, Noun, on_host, quantity, static
from ontarget.ground.units import DENSITY, MASS, cm, g, m
from ontarget.matter.material import Material
from ontarget.numerics.axis import AbstractAxis
from ontarget.source.site import AbstractSite
from ontarget.source.tag import AbstractTag, Untagged

LARGEST_MATRIX = 10_000_000

SAME_DENSITY = 1.2
"""Factor by which the mean density of a detector may differ from that of its material: temperatures, what holds it."""

DENSEST = 22.6 * g / cm**3


class Detector(Noun):
    """A mass of material at a site. All channels and backgrounds share the seen axis and the tag.

    Attributes
    ----------
    site : where it stands
    mass : of the target material, fiducial
    material : what it is made of
    seen : axis of the observable
    second : axis of a second observable, such as the shape of the pulse, in each bin of the first
    channels : physics lines, by name; none where all is known as templates, which are then `backgrounds`
    backgrounds : by name
    tag : what the facility tells about each event
    """

    site: AbstractSite = part(Moves.FLUX)
    mass: Mass = quantity()
    material: Material
    seen: AbstractAxis
    channels: tuple[Channel, ...]
    backgrounds: tuple[AbstractBackground, ...] = ()
    tag: AbstractTag = part(Moves.FLUX, default=Untagged())
    second: AbstractAxis | None = None
    name: str = static(default="")

    @property
    def bins(self) -> int:
        """Number of bins of what is seen: pairs, where there is a second observable (the second goes fastest)."""
        return self.seen.bins * (1 if self.second is None else self.second.bins)

    def __check_init__(self) -> None:
        check_positive(self, "mass")
        self.check_density()
        if not self.channels and not self.backgrounds:
            truth = "A detector has at least one channel, or a background."
            raise InputError("channels", "none", truth, "Add one.")
        self.check_start()
        for channel in self.channels:
            check_seen(channel.ends_in(), self.seen, "seen", f"What the response of {channel.name!r} ends in")
            check_own_axes(channel, self.seen)
            for name, bins in (("seen", self.bins), ("tag", self.tag.bins)):
                if channel.truth is not None and bins * channel.truth.bins > LARGEST_MATRIX:
                    got = f"{bins} {name} bins for {channel.truth.bins} of the truth"
                    truth = f"Their product is at most {LARGEST_MATRIX}."
                    raise InputError(f"channels.{channel.name}.truth.bins", got, truth, "Give fewer bins.")
            self.check_second(channel)
        for background in self.backgrounds:
            try:
                background.check_bins(self.tag.bins, self.seen.bins, self.bins // self.seen.bins)
                background.check_seen(self.seen)
            except InputError as error:
                raise error.within(f"backgrounds.{background.name}") from None

    def check_density(self) -> None:
        """Refuse a mass that in the volume of the site has another density than its material, or any."""
        content = concrete(on_host(self.site).content)
        mass, own = concrete(self.mass), concrete(self.material.density)
        if content is None or mass is None:
            return
        found, wanted = DENSITY.show(mass / content), None if own is None else DENSITY.show(own)
        got = f"{MASS.show(mass)}, which are {found} in the {content / m**3:.4g} m3 of the site"
        remedy = "Mend the mass or the size of the site" + (", or the material's density." if own else ".")
        if own is not None and not own / SAME_DENSITY < mass / content < own * SAME_DENSITY:
            raise InputError("mass", got, f"The material has {wanted}.", remedy)
        if mass / content > DENSEST:
            raise InputError("mass", got, f"Nothing is denser than osmium, {DENSITY.show(DENSEST)}.", remedy)

    def check_start(self) -> None:
        """Refuse a seen axis that starts below zero: there is no such energy, nor number of quanta."""
        start = concrete(self.seen.start)
        if start is not None and start < 0 and observable(self.seen) in (ENERGY, QUANTA):
            truth = f"Nothing is seen at {observable(self.seen)} below zero."
            raise InputError("seen.start", self.seen.dimension.show(start), truth, "Start at 0 or above.")

    def check_second(self, channel: Channel) -> None:
        """Refuse a channel that says nothing of the second observable, or something of one that is not there."""
        where = f"channels.{channel.name}.second"
        if self.second is None and channel.second is not None:
            truth = "The detector has no second observable."
            raise InputError(where, type(channel.second).__name__, truth, "Give the detector one, or remove it here.")
        if self.second is None:
            return
        wanted = (self.seen.bins, self.second.bins)
        if channel.second is None:
            truth = f"The detector has a second observable, of {wanted[1]} bins."
            raise InputError(where, "nothing", truth, "Say how it is distributed, with a TabulatedConditional.")
        if (shape := jax.eval_shape(channel.second.matrix).shape) != wanted:
            truth = f"The detector has {wanted[0]} bins of the first observable and {wanted[1]} of the second."
            raise InputError(
                where, f"a matrix of shape {list(shape)}", truth, "Give one row for each bin of the first."
            )
