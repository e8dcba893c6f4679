"""The flux as lepton counters measure it: its covariance before and after, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment import Experiment, LeptonMonitor
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import GeV, m
from ontarget.inference import AbstractParameter, pull_parameters
from ontarget.inference.likelihood import Chain, chain_of
from ontarget.inference.poisson import LEAST
from ontarget.matter.flavour import FLAVOURS
from ontarget.plot import Curve, curves_figure
from ontarget.report.section import Context, Picture, Section, Table, narrowed
from ontarget.report.task import AbstractTask
from ontarget.source import Radius, VariedFlux

BEFORE, MODELLING = "before", "response bin by bin"
WORTH = 1e-3
"""Of the largest flux on a node: below it a relative error is not drawn."""


ROUNDING = 1e-15
"""Of an eigenvalue of a matrix with a diagonal of one: what is below is noise."""


@dataclass(frozen=True)
class Constraint:
    """What some counters leave of the pulls: their covariance, and those with some nuisances known exactly.

    Attributes
    ----------
    covariance : [pull pull] with all nuisances free within their priors
    without : the same with one nuisance known, by its name; "all" for all of them: statistics alone
    """

    covariance: np.ndarray
    without: dict[str, np.ndarray]


class FluxFromLeptons(AbstractTask):
    r"""The covariance of the flux at a detector before and after charged leptons are counted in the tunnel.

    .. math:: C_\phi = J^T P J,\quad
        P = \Big[(\mathbb 1 \oplus \Pi) + \sum_o \frac{\partial\mu_o\,\partial\mu_o}{\mu_o + f^2\mu_o^2}\Big]^{-1}_{zz}

    with J the flux that each pull adds, and P the pulls' part of the inverse Fisher information of the counts, the unit
    priors of the pulls and those of the study's parameters. The counters and the detector hold the same pulls, and no
    more than that ties them. Bins hold up to 1e15 counts, so their statistical errors say nothing: f is how well the
    response is known bin by bin, beyond what the parameters move.

    Attributes
    ----------
    detector : name of the experiment whose flux is asked for
    monitors : names of the counters; each is tried alone, and all together
    modelling : f, relative and independent from bin to bin
    """

    detector: str = static()
    monitors: tuple[str, ...] = static()
    modelling: Number = quantity(default=0.0)

    def check(self, context: Context) -> None:
        check_range(self, "modelling", 0.0, 1.0)
        for name in (self.detector, *self.monitors):
            if name not in context.experiments:
                known = ", ".join(context.experiments)
                raise InputError("experiment", repr(name), f"The study has {known}.", "Name one of these.")
        noun = context.experiments[self.detector].noun
        if not isinstance(noun, Experiment) or getattr(noun.source, "yields", None) is None:
            truth = "Its source has no 'yields', so nothing about its flux is uncertain."
            raise InputError("detector", repr(self.detector), truth, "Give it a source with yields.")
        for name in self.monitors:
            if not isinstance(context.experiments[name].noun, LeptonMonitor):
                raise InputError("monitors", repr(name), "It is no LeptonMonitor.", "Name one that is.")

    def run(self, context: Context) -> Section:
        context.progress(f"flux of {self.detector}, and what each pull adds")
        settled = context.experiments[self.detector].noun.settled()
        flux = settled.source
        assert isinstance(flux, VariedFlux)
        sets: dict[str, tuple[str, ...]] = {name: (name,) for name in self.monitors}
        if len(self.monitors) > 1:
            sets["all counters"] = self.monitors
        found = {name: self.constrained(context, names) for name, names in sets.items()}
        best = list(found)[-1]
        known = exact_response(found[best], self, context, sets[best])
        unit = np.eye(len(flux.yields.pulls))
        after = {BEFORE: unit} | {name: one.covariance for name, one in found.items()}
        tables = [
            Table("flux_precision", "Relative uncertainty of the flux", precision_rows(flux, after)),
            Table("flux_left", f"What is left with {best}", left_rows(flux, unit, known)),
            Table("flux_by_energy", "Relative uncertainty by energy", energy_rows(flux, after)),
        ]
        if isinstance(settled.detector.tag, Radius):
            edges = np.asarray(settled.detector.tag.radii.edges) / m
            tables.append(Table("flux_by_radius", "Relative uncertainty by radius", radius_rows(flux, after, edges)))
        pictures = [picture(flux, after, "nu_mu", "muon"), picture(flux, after, "nu_e", "electron")]
        text = (
            "Hadron production as a covariance, the charged leptons of the same mesons as data. The counters and the "
            "neutrinos share the pulls; efficiencies, misidentification and halo are freed within the study's priors, "
            f"and each bin is known to {100 * float(self.modelling):g} % on top of its statistical error. What is left "
            "after counting is what these assumptions leave, since statistical errors are far smaller. Protons on "
            "target are taken as known, and the optics of the beam as exact. A number beside a source of uncertainty "
            "is what goes, in quadrature, if that one were known: they do not add, since each known pins the others."
        )
        return Section("Flux from leptons", text, tables, pictures)

    def constrained(self, context: Context, names: Sequence[str], modelling: float | None = None) -> Constraint:
        """What these counters leave of the pulls of the detector's source."""
        context.progress(f"likelihood of {', '.join(names)}")
        nouns = settled_monitors(context, names)
        wanted = [one.name for one in pull_parameters(context.experiments[self.detector].noun)]
        pulls = [one for one in pull_parameters(nouns) if one.name in wanted]
        nuisances = context.nuisances(names)
        parameters = [*pulls, *nuisances]
        f = float(self.modelling) if modelling is None else modelling
        counted = (information_of(noun, parameters, nouns, f) for noun in nouns)
        information = sum(counted, prior_information(parameters, nouns))
        known = [one.name for one in parameters]
        groups = {one.name: [one.name] for one in nuisances} | {"all": [one.name for one in nuisances]}
        return Constraint(
            of_pulls(information, known, wanted, []),
            {name: of_pulls(information, known, wanted, fixed) for name, fixed in groups.items()},
        )


def information_of(
    noun: LeptonMonitor, parameters: Sequence[AbstractParameter], every: Sequence[LeptonMonitor], modelling: float
) -> np.ndarray:
    """Fisher information of the counts of one monitor at the start, [parameter parameter], by derivatives."""
    own = [one for each in parameters if (one := narrowed(each, (noun,), tuple(every))) is not None]
    chain = chain_of(noun, own)
    start = jnp.asarray([one.initial((noun,)) for one in chain.parameters])
    mean, slopes = slopes_of(chain, start)
    places = [[one.name for one in parameters].index(name) for name in chain.names]
    found = np.zeros((len(parameters), len(parameters)))
    variance = np.maximum(mean, LEAST) + (modelling * mean) ** 2
    found[np.ix_(places, places)] = (slopes / variance[:, None]).T @ slopes
    return found


def slopes_of(chain: Chain, start: Array) -> tuple[np.ndarray, np.ndarray]:
    """Counts [bin] and their derivatives [bin parameter]."""
    mean, slopes = compiled_slopes(chain, start)
    return np.asarray(mean), np.asarray(slopes)


@eqx.filter_jit
def compiled_slopes(chain: Chain, start: Float[Array, " parameter"]) -> tuple[Array, Array]:
    """The same, compiled."""
    return chain(tuple(start)), jax.jacfwd(lambda theta: chain(tuple(theta)))(start)


def prior_information(parameters: Sequence[AbstractParameter], nouns: Sequence[LeptonMonitor]) -> np.ndarray:
    """That of the priors."""
    return np.diag([float(one.prior.rate(one.initial(tuple(nouns)))) ** 2 for one in parameters])


def exact_response(found: Constraint, task: FluxFromLeptons, context: Context, names: Sequence[str]) -> Constraint:
    """The same, with one more that is known exactly: the response of each bin."""
    if float(task.modelling) == 0:
        return found
    exact = task.constrained(context, names, modelling=0.0)
    statistics = {"all": exact.without["all"], MODELLING: exact.covariance}
    return Constraint(found.covariance, found.without | statistics)


def settled_monitors(context: Context, names: Sequence[str]) -> list[LeptonMonitor]:
    """Monitors of the study with their templates, computed once."""
    for name in names:
        if (key := ("settled", name)) not in context.known:
            context.known[key] = context.experiments[name].noun.settled()
    return [context.known["settled", name] for name in names]


def of_pulls(information: np.ndarray, names: Sequence[str], wanted: Sequence[str], fixed: Sequence[str]) -> np.ndarray:
    """The covariance of the pulls, the rest marginalised but what is fixed; a pull that is not there is as it was."""
    free = [name for name in names if name not in fixed]
    places = [list(names).index(name) for name in free]
    # the pulls have unit priors: no eigenvalue is below that of the least known prior, whatever rounding says
    matrix = information[np.ix_(places, places)]
    scale = 1 / np.sqrt(np.diag(matrix))
    values, vectors = np.linalg.eigh(scale[:, None] * matrix * scale)
    inverse = scale[:, None] * ((vectors / np.maximum(values, ROUNDING * len(values))) @ vectors.T) * scale
    found = np.eye(len(wanted))
    inside = [i for i, name in enumerate(wanted) if name in free]
    rows = [free.index(wanted[i]) for i in inside]
    found[np.ix_(inside, inside)] = inverse[np.ix_(rows, rows)]
    return found


def relative(mean: np.ndarray, modes: np.ndarray, pulls: np.ndarray) -> np.ndarray:
    """Relative standard deviation of each bin; nothing where there is no flux."""
    sigma = np.sqrt(np.einsum("ib,ij,jb->b", modes, pulls, modes))
    return np.where(mean > 0, sigma / np.where(mean > 0, mean, 1.0), np.nan)


def spans(flux: VariedFlux) -> dict[str, tuple[str, np.ndarray]]:
    """Sums over energy that are asked for, by name: flavour, and the weight of each node."""
    energy = np.asarray(flux.given.energy) / GeV
    mean = flux.by_energy("nu_mu")[0]
    every = np.ones_like(energy)
    above = 1.0 * (energy > 4.3)
    return {
        "nu_mu": ("nu_mu", every),
        "nu_mu below 4.3 GeV (pions)": ("nu_mu", 1 - above),
        "nu_mu above 4.3 GeV (kaons)": ("nu_mu", above),
        "nu_mu, times energy": ("nu_mu", energy * (mean > 0)),
        "nu_e": ("nu_e", every),
        "nu_e, times energy": ("nu_e", energy),
    }


def precision_rows(flux: VariedFlux, after: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """One row per sum, one column per set of counters; and the ratio of flavours."""
    rows: list[dict[str, object]] = []
    for name, (flavour, weight) in spans(flux).items():
        mean, modes = flux.by_energy(flavour)
        total, parts = np.array([mean @ weight]), (modes @ weight)[:, None]
        rows.append({"flux": name} | {one: float(relative(total, parts, pulls)[0]) for one, pulls in after.items()})
    sides = [flux.by_energy(flavour) for flavour in ("nu_e", "nu_mu")]
    ratio = sides[0][1].sum(axis=1) / sides[0][0].sum() - sides[1][1].sum(axis=1) / sides[1][0].sum()
    rows.append({"flux": "nu_e / nu_mu"} | {one: float(np.sqrt(ratio @ p @ ratio)) for one, p in after.items()})
    return rows


def left_rows(flux: VariedFlux, unit: np.ndarray, found: Constraint) -> list[dict[str, object]]:
    """What each nuisance contributes to what is left: in quadrature, what goes if it were known."""
    rows: list[dict[str, object]] = []
    for name in ("nu_mu", "nu_e"):
        mean, modes = flux.by_energy(name)
        total, parts = np.array([mean.sum()]), modes.sum(axis=1)[:, None]

        def error(pulls: np.ndarray, total: np.ndarray = total, parts: np.ndarray = parts) -> float:
            return float(relative(total, parts, pulls)[0])

        whole = error(found.covariance)
        rows.append({"flux": name, "uncertainty": "before", "relative": error(unit)})
        rows.append({"flux": name, "uncertainty": "after", "relative": whole})
        statistics = error(found.without["all"])
        rows.append({"flux": name, "uncertainty": "statistics alone", "relative": statistics})
        each = {one: np.sqrt(max(whole**2 - error(p) ** 2, 0.0)) for one, p in found.without.items() if one != "all"}
        rows += [
            {"flux": name, "uncertainty": one, "relative": float(share)}
            for one, share in sorted(each.items(), key=lambda item: -item[1])
        ]
    return rows


def energy_rows(flux: VariedFlux, after: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """One row per flavour and node of energy that holds some flux."""
    rows: list[dict[str, object]] = []
    energy = np.asarray(flux.given.energy) / GeV
    for flavour in ("nu_mu", "nu_e"):
        mean, modes = flux.by_energy(flavour)
        errors = {one: relative(mean, modes, pulls) for one, pulls in after.items()}
        rows += [
            {"neutrino": flavour, "energy (GeV)": float(energy[i])} | {one: float(e[i]) for one, e in errors.items()}
            for i in np.flatnonzero(mean > WORTH * mean.max())
        ]
    return rows


def radius_rows(flux: VariedFlux, after: dict[str, np.ndarray], edges: np.ndarray) -> list[dict[str, object]]:
    """One row per flavour and ring of the detector."""
    rows: list[dict[str, object]] = []
    values, modes = np.asarray(flux.given.values), np.asarray(flux.modes)
    for flavour in ("nu_mu", "nu_e"):
        place = FLAVOURS.index(flavour)
        mean = values[place].sum(axis=(0, 1))[:-1]
        errors = {one: relative(mean, modes[:, place].sum(axis=(1, 2))[:, :-1], pulls) for one, pulls in after.items()}
        rows += [
            {"neutrino": flavour, "radius from (m)": float(edges[i]), "to (m)": float(edges[i + 1])}
            | {one: float(error[i]) for one, error in errors.items()}
            for i in range(len(edges) - 1)
        ]
    return rows


def picture(flux: VariedFlux, after: dict[str, np.ndarray], flavour: str, word: str) -> Picture:
    """Relative uncertainty against energy, before and after."""
    energy = np.asarray(flux.given.energy) / GeV
    mean, modes = flux.by_energy(flavour)
    shown = mean > WORTH * mean.max()
    curves = [
        Curve(one, energy, np.where(shown, 100 * relative(mean, modes, pulls), np.nan)) for one, pulls in after.items()
    ]
    figure = curves_figure(curves, [], "neutrino energy (GeV)", "uncertainty of the flux (%)")
    figure.axes[0].set_ylim(bottom=0)
    caption = f"Relative uncertainty of the flux of {word} neutrinos by energy, before and after counting leptons."
    return Picture(f"flux_from_leptons_{flavour}", caption, figure)
