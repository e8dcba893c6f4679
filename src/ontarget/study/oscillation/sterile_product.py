"""What the disappearance of muon and of electron neutrinos says together of one becoming the other."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ontarget.analysis.sterile_counts import chi_square
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import MassSquared, Number, quantity, static
from ontarget.ground.units import eV
from ontarget.inference.fit import threshold
from ontarget.plot import Curve, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.oscillation.disappearance import Disappearance, crossing, excluded, vanished
from ontarget.study.oscillation.sterile_reach import between
from ontarget.study.task import AbstractTask, check_points

PARTS = (("nu_mu", "nubar_mu"), ("nu_e", "nubar_e"))

MOST = 0.5
"""The fourth mass is mostly sterile: beyond, muon neutrinos could become electron neutrinos, which count alike."""

APPEARING = np.geomspace(1e-6, MOST**2, 121)
SHOWN = (0.3, 1.0, 3.0, 10.0, 30.0)  # eV2


class SterileProduct(AbstractTask):
    r"""The amplitude of muon to electron neutrinos that is excluded through what both lose, for every splitting.

    .. math:: \sin^2 2\theta_{\mu e} = 4|U_{e4}|^2|U_{\mu4}|^2,\quad
        \sin^2 2\theta_{\alpha S} = 4|U_{\alpha4}|^2 \big(1 - |U_{e4}|^2 - |U_{\mu4}|^2\big),\quad |U_{\tau4}|^2 = 0

    Along each product the least chi squared over the ratio of both mixings is taken, as far as they add to one half.
    Neutral currents cannot see what goes between active flavours: a fourth mass without a sterile part loses nothing.

    Attributes
    ----------
    searches : by name; each uses windows in which both families are counted. What they let oscillate is not asked
    lowest, highest : of the splittings
    points : splittings
    normalisation : relative error, common to all detectors
    background : per signal
    level : of confidence
    """

    searches: tuple[Disappearance, ...]
    lowest: MassSquared = quantity(default=0.1 * eV**2)
    highest: MassSquared = quantity(default=100 * eV**2)
    points: int = static(default=151)
    normalisation: Number = quantity(default=0.09)
    background: Number = quantity(default=1.0)
    level: Number = quantity(default=0.9)

    def __check_init__(self) -> None:
        check_positive(self, "lowest", "highest", "normalisation")
        check_range(self, "background", 0.0)
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 3, 2001)

    def check(self, context: Context) -> None:
        for search in self.searches:
            search.check(context.listed())

    def run(self, context: Context) -> Section:
        splittings = np.geomspace(float(self.lowest), float(self.highest), self.points)
        found, shown = vanished(context, splittings), splittings / eV**2
        limits: dict[str, np.ndarray] = {}
        rows: list[dict[str, object]] = []
        for search in self.searches:
            errors = float(self.normalisation), float(search.uncorrelated)
            level, background = float(self.level), float(self.background)
            grams = search.grams(context.listed(), found, PARTS, background)
            limits[search.name] = product_excluded(grams, *errors, level)
            alone = [search.grams(context.listed(), found, [part], background) for part in PARTS]
            muon, electron = (excluded(one, *errors, level) for one in alone)
            for at in (one for one in SHOWN if shown[0] <= one <= shown[-1]):
                three = (between(shown, one, at) for one in (muon, electron, limits[search.name]))
                named = zip(
                    ("muon to sterile alone", "electron to sterile alone", "muon to electron"), three, strict=True
                )
                rows.append({"search": search.name, "dm2 (eV2)": at} | dict(named))
        percent = f"{100 * float(self.level):.4g} % CL, two degrees of freedom"
        curves = [
            {"dm2 (eV2)": float(x)} | {name: float(one[i]) for name, one in limits.items()} for i, x in enumerate(shown)
        ]
        tables = [
            Table("sterile_product", f"Excluded sin² 2θ, {percent}", rows),
            Table("sterile_product_curves", f"Excluded sin² 2θ, muon to electron, {percent}", curves),
        ]
        lines = [Curve(name, one, shown) for name, one in limits.items()]
        figure = curves_figure(lines, [], "sin² 2θ, muon to electron", "Δm² (eV²)", "log", "log")
        caption = f"Muon to electron neutrinos, through what both lose: excluded to the right of each line, {percent}."
        text = (
            "Prompt neutrinos measure the mixing of the muon's neutrino, delayed ones that and the electron's. Their "
            "product is that of an appearance, which is nowhere looked for here. The fourth mass is at least half "
            "sterile. Without uncorrelated errors the ratio of delayed to prompt counts is taken as known."
        )
        return Section("Muon to electron neutrinos", text, tables, [Picture("sterile_product", caption, figure)])


def product_excluded(
    grams: Float[np.ndarray, "splitting group basis basis"], normalisation: float, uncorrelated: float, level: float
) -> Float[np.ndarray, " splitting"]:
    """The product above which all are excluded, whatever the ratio of the mixings."""
    size = np.sqrt(APPEARING) / 2
    most = (MOST + np.sqrt(np.maximum(MOST**2 - 4 * size**2, 0.0))) / (2 * size)
    ratio = most[:, None] ** np.linspace(-1.0, 1.0, 81)
    electron, muon = size[:, None] * ratio, size[:, None] / ratio
    sterile = 1 - electron - muon
    model = np.stack([np.ones_like(muon), 4 * muon * sterile, 4 * electron * sterile], axis=-1).reshape(-1, 3)
    still = np.broadcast_to(np.array([1.0, 0.0, 0.0]), model.shape)
    # one splitting at a time: all of them are 200 MB
    values = [chi_square(one[None], still, model, normalisation, uncorrelated)[0] for one in grams]
    least = np.stack(values).reshape(len(grams), *ratio.shape).min(axis=-1)
    return crossing(least, threshold(level, 2), APPEARING)
