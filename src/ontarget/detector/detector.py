"""The detector: a mass of material at a site, with its channels and backgrounds."""

from __future__ import annotations

from ontarget.detector.background import AbstractBackground, TabulatedBackground
from ontarget.detector.channel import Channel
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Mass, Noun, quantity, static
from ontarget.matter.material import Material
from ontarget.numerics.axis import AbstractAxis
from ontarget.source.site import AbstractTag, Site, Untagged

LARGEST_MATRIX = 10_000_000


class Detector(Noun):
    """A mass of material at a site. All channels and backgrounds share the seen axis and the tag.

    Attributes
    ----------
    site : where it stands
    mass : of the target material, fiducial
    material : what it is made of
    seen : axis of the observable
    channels : physics lines, by name
    backgrounds : by name
    tag : what the facility tells about each event
    """

    site: Site
    mass: Mass = quantity()
    material: Material
    seen: AbstractAxis
    channels: tuple[Channel, ...]
    backgrounds: tuple[AbstractBackground, ...] = ()
    tag: AbstractTag = Untagged()
    name: str = static(default="")

    @property
    def bins(self) -> int:
        """Number of bins of what is seen."""
        return self.seen.bins

    def __check_init__(self) -> None:
        check_positive(self, "mass")
        if not self.channels:
            raise InputError("channels", "none", "A detector has at least one channel.", "Add one.")
        for channel in self.channels:
            for name, bins in (("seen", self.seen.bins), ("tag", self.tag.bins)):
                if bins * channel.truth.bins > LARGEST_MATRIX:
                    got = f"{bins} {name} bins for {channel.truth.bins} of the truth"
                    truth = f"Their product is at most {LARGEST_MATRIX}."
                    raise InputError(f"channels.{channel.name}.truth.bins", got, truth, "Give fewer bins.")
        for background in self.backgrounds:
            if isinstance(background, TabulatedBackground) and len(background.rates) != self.seen.bins:
                got = f"{len(background.rates)} rates"
                raise InputError(
                    f"backgrounds.{background.name}.rates", got, f"The seen axis has {self.seen.bins} bins."
                )
