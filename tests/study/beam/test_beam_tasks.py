"""Tasks about a beam: their tables and figures against typed results, decays one by one and closed forms; refusals."""

import beam_toys
import jax.numpy as jnp
import numpy as np
import pytest

import ontarget.analysis.beam.beam_flux as fluxes
from ontarget.analysis.beam import rings
from ontarget.analysis.beam.beam_flux import events_per_fluence, simulated_flux
from ontarget.analysis.beam.entrance import BeamEntrance
from ontarget.analysis.beam.rings import peak_of
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m, mrad
from ontarget.io.entry import load_experiment
from ontarget.matter.flavour import FLAVOURS
from ontarget.study.beam.beam_events import BeamEvents, PublishedEvents
from ontarget.study.beam.beam_fluxes import BeamFluxes, PublishedShape
from ontarget.study.beam.entrance import Entrance, rows
from ontarget.study.beam.off_axis import OffAxis
from ontarget.study.context import Context

PUBLISHED = PublishedEvents(1000.0, "nu_mu", parent="pi+", region="tunnel", name="pions")
SHAPE = PublishedShape(jnp.array([2.0, 3.0]) * GeV, jnp.array([1.0, 3.0]), 0.1 * GeV, "seen by others")
EVENTS = BeamEvents(("nuscope_lar",), 0.5, (PUBLISHED,))
FLUXES = BeamFluxes("nuscope_lar", 0.5, SHAPE, "mine")
OFF_AXIS = OffAxis("nuscope_lar", [0.05], [1 * mrad], 0.5, (0, 20, 3))


@pytest.fixture(scope="module")
def loaded():
    return beam_toys.loaded()


@pytest.fixture(scope="module")
def context(loaded):
    return Context({"nuscope_lar": loaded}, (), lambda line: None)


@pytest.fixture(scope="module")
def found(context, loaded):
    """The flux that all tasks of the study share."""
    return context.once(simulated_flux, loaded.noun, 0.5, context.progress)


@pytest.fixture(scope="module")
def off_axis(context, found):
    """Two lattices of 65536 rays for each beam, in place of 24."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rings, "LATTICES", 2)
        OFF_AXIS.check(context)
        return OFF_AXIS.run(context)


def table(section, name):
    return next(one for one in section.tables if one.name == name).rows


def lines(section, name):
    """The lines of a figure by their labels, and the marks."""
    (axes, *_) = next(one for one in section.pictures if one.name == name).figure.axes
    marks = {str(mark.get_label()): mark[0] for mark in axes.containers}
    return marks | {label: line for line in axes.lines if not (label := str(line.get_label())).startswith("_")}


@pytest.mark.parametrize(("middle", "sigma"), [(3.0, 0.2), (2.0, 0.4)])
def test_peak_of_a_gaussian(middle, sigma):
    """FWHM / 2.355 is the standard deviation, and so is half of the middle 68 % (0.994 of it, exactly). The smoothing
    over five nodes of 0.02 GeV widens by 0.0008 GeV2 / 2 sigma: 1 % of the narrower one."""
    energy = np.arange(0.0, 6.0, 0.02)
    peak = peak_of(energy, np.exp(-((energy - middle) ** 2) / 2 / sigma**2))
    assert peak.energy == pytest.approx(middle, abs=0.011)
    assert peak.width == pytest.approx(sigma, rel=0.015)
    assert peak.middle == pytest.approx(0.994 * sigma, rel=0.01)


def test_tasks_share_one_flux(context, found, monkeypatch):
    """The three that ask for it, at one precision; another precision is another flux."""
    asked = []
    monkeypatch.setattr(fluxes, "simulate", lambda simulation, precision, **more: asked.append(precision))
    for task in (EVENTS, FLUXES):
        task.check(context)
        task.run(context)
    assert context.once(simulated_flux, context.experiment("nuscope_lar", ""), 0.5, context.progress) is found
    assert asked == []
    with np.errstate(invalid="ignore"):  # nothing is simulated here: no rays, no errors
        context.once(simulated_flux, context.experiment("nuscope_lar", ""), 0.4, context.progress)
    assert asked == [0.4]


def test_published_events_stand_beside_ours(context, found):
    section = EVENTS.run(context)
    assert [one.name for one in section.tables] == ["beam_events_published", "beam_events"]
    (row,) = section.tables[0].rows
    ours = found.events[found.rows(neutrino="nu_mu", parent="pi+")].sum()
    assert row["nuscope_lar"] == pytest.approx(ours)
    assert row["nuscope_lar / published"] == pytest.approx(ours / 1000)
    assert sum(row["events"] for row in section.tables[1].rows) == pytest.approx(found.events.sum())


def test_rows_of_events(context, found):
    """Without published numbers one table; each row says its origin and the mean energy of its events."""
    (only,) = BeamEvents((), 0.5, key="mine").run(context).tables
    assert only.name == "mine"
    row = next(one for one in only.rows if one["mode"] == "ke3")
    (i,) = found.rows(mode="ke3")
    spectrum = found.events[i].sum(axis=1)
    assert (row["experiment"], row["neutrino"], row["parent"], row["followed"], row["region"]) == (
        *("nuscope_lar", "nu_e", "K+", "", "tunnel"),
    )
    assert row["events"] == pytest.approx(spectrum.sum())
    assert row["mean energy (GeV)"] == pytest.approx((spectrum * found.energy).sum() / spectrum.sum())


def test_events_of_pions_that_decay_one_by_one(context, loaded):
    """Per ray of numpy's: protons, nuclei and cross-section at its energy. 2048 rays are good to 1 %, seen."""
    drawn = beam_toys.pion_neutrinos(0.0755, 6.63e-3)
    nodes = np.linspace(0.1, 10.0, 200)
    per_node = events_per_fluence(loaded.noun, nodes * GeV)[FLAVOURS.index("nu_mu")] / m**2
    wanted = 1.4e19 * (drawn.weight * np.interp(drawn.energy, nodes, per_node)).sum()
    row = next(one for one in table(EVENTS.run(context), "beam_events") if one["mode"] == "pi_munu")
    assert row["events"] == pytest.approx(wanted, rel=0.03)


def test_flux_by_parent(context, found):
    section = FLUXES.run(context)
    shown = table(section, "mine")
    assert [row["mode"] for row in shown] == [one.mode for one in found.origins]
    assert [row["per m2 and proton"] for row in shown] == pytest.approx(found.flux.sum(axis=(1, 2)), rel=1e-9, abs=0)
    assert shown[0]["statistical error"] == pytest.approx(np.sqrt((found.error[0] ** 2).sum()), rel=1e-9, abs=0)
    by_energy = found.flux[0].sum(axis=1)
    assert shown[0]["mean energy (GeV)"] == pytest.approx(by_energy @ found.energy / by_energy.sum())
    assert [one.name for one in section.pictures] == ["mine_nu_mu", "mine_nu_e"]


def test_curves_of_a_flux(context, found):
    """All and by parent, per GeV; the shape of others has its own proportions and the sum of our curve there."""
    drawn = lines(FLUXES.run(context), "mine_nu_mu")
    pions, kaons = (np.nan_to_num(drawn[label].get_ydata()) for label in ("pions", "kaons"))
    both = found.flux[found.rows(neutrino="nu_mu")].sum(axis=(0, 2)) / found.width
    assert np.nan_to_num(drawn["all"].get_ydata()) == pytest.approx(both, rel=1e-9, abs=0)
    assert pions + kaons == pytest.approx(both, rel=1e-9, abs=0)
    marks = np.asarray(drawn["seen by others, scaled"].get_ydata())
    assert marks[1] / marks[0] == pytest.approx(3.0)
    assert marks.sum() == pytest.approx(np.interp([2.0, 3.0], found.energy, both).sum())
    assert "seen by others, scaled" not in lines(FLUXES.run(context), "mine_nu_e")


def drawn_in_rings(noun, spread, divergence):
    """Half of the middle 68 % of the energies of events in each ring, of pions that decay one by one, GeV."""
    drawn = beam_toys.pion_neutrinos(spread, divergence)
    nodes = np.linspace(0.1, 10.0, 200)
    per_node = events_per_fluence(noun, nodes * GeV)[FLAVOURS.index("nu_mu")] / m**2
    weight = drawn.weight * np.interp(drawn.energy, nodes, per_node)
    middle = []
    for low in np.arange(0, 1.2, 0.2):
        here = (low <= drawn.radius) & (drawn.radius < low + 0.2)
        order = np.argsort(drawn.energy[here])
        reached = np.cumsum(weight[here][order]) / weight[here].sum()
        ends = np.interp([0.16, 0.84], reached, drawn.energy[here][order])
        middle.append((ends[1] - ends[0]) / 2)
    return np.array(middle)


def test_rings_of_pions_that_decay_one_by_one(loaded, off_axis):
    """Widths of six rings of 0.2 m for the beam as it is, and the peak where it is where all agree.

    1e4 neutrinos or more of numpy's in a ring: 1 % of a width; 131072 rays of ours: 1 % (seen against 24 lattices).
    """
    shown = table(off_axis, "off_axis_rings")
    middle = drawn_in_rings(loaded.noun, 0.0755, 6.63e-3)
    ours = [row["half of 68 % (%)"] / 100 * row["pion peak (GeV)"] for row in shown[:6]]
    assert ours == pytest.approx(middle, rel=0.03)
    assert (shown[2]["r low (m)"], shown[2]["r high (m)"]) == (pytest.approx(0.4), pytest.approx(0.6))
    assert shown[0]["pion peak (GeV)"] == pytest.approx(3.2, abs=0.15)  # 0.427 of 8.4 GeV / (1 + some (5 mrad 60)^2)


def test_rings_of_all_events(found, off_axis):
    for i, row in enumerate(table(off_axis, "off_axis_rings")):
        events = found.events[found.rows(neutrino="nu_mu")][:, :, i].sum(axis=0)
        kaons = found.events[found.rows(neutrino="nu_mu", parent="K+")][:, :, i].sum()
        assert row["events"] == pytest.approx(events.sum())
        if events.sum():
            assert row["share of kaons"] == pytest.approx(kaons / events.sum())
            assert row["mean (GeV)"] == pytest.approx(events @ found.energy / events.sum())


def test_beams_of_other_spread_and_divergence(off_axis):
    """A narrow beam of 1 mrad: on the axis the spread of the parents is left, 5 % and what the ring's angles add.

    E = 0.427 p / (1 + g^2), g = gamma theta: at the edge of the first ring, 0.2 m after 27 to 89 m, g is 0.14 to 0.45,
    so that little is added: 5 to 8 %. Wider beams are worse.
    """
    row = table(off_axis, "off_axis_spreads")[0]
    assert set(row) == {"r low (m)", "r high (m)", "5 %, 1 mrad"}
    assert 5.0 < row["5 %, 1 mrad"] < 8.0
    own = table(off_axis, "off_axis_rings")[0]["FWHM / 2.355 (%)"]
    assert 13.0 < own < 18.0  # 7.55 % and 6.63 mrad


def test_figures_off_the_axis(found, off_axis):
    """Rings that are not there are not drawn; nor peaks of rings with less than 2 % of the events."""
    spectra = lines(off_axis, "off_axis_spectra")
    assert list(spectra) == ["0.0 m < r < 0.2 m", "0.6 m < r < 0.8 m"]
    third = found.events[found.rows(neutrino="nu_mu")][:, :, 3].sum(axis=0) / found.width
    assert spectra["0.6 m < r < 0.8 m"].get_ydata() == pytest.approx(third)
    widths, peaks = lines(off_axis, "off_axis_widths"), lines(off_axis, "off_axis_peaks")
    assert list(widths) == list(peaks) == ["5 %, 1 mrad", "the beam as it is"]
    shown = table(off_axis, "off_axis_rings")
    count = len(peaks["the beam as it is"].get_ydata())
    assert 8 <= count < 14
    assert peaks["the beam as it is"].get_ydata() == pytest.approx([row["pion peak (GeV)"] for row in shown[:count]])
    assert widths["the beam as it is"].get_ydata() == pytest.approx([row["FWHM / 2.355 (%)"] for row in shown[:count]])
    assert widths["5 %, 1 mrad"].get_ydata()[0] == pytest.approx(table(off_axis, "off_axis_spreads")[0]["5 %, 1 mrad"])
    assert widths["the beam as it is"].get_xdata() == pytest.approx(np.arange(0.1, 0.2 * count, 0.2))


def test_the_entrance_returns_what_was_put_in(context):
    """A parametrised beam: moments of 2.6e5 points of a lattice, within 0.1 %."""
    Entrance(("nuscope_lar",)).check(context)
    section = Entrance(("nuscope_lar",)).run(context)
    pions, kaons = section.tables[0].rows
    assert pions["per proton"] == pytest.approx(0.038)
    assert kaons["per proton"] == pytest.approx(0.00247)
    assert pions["mean momentum (GeV/c)"] == pytest.approx(8.407, rel=1e-3)
    assert pions["spread (%)"] == pytest.approx(7.55, rel=1e-3)
    assert pions["divergence x (mrad)"] == pytest.approx(6.63, rel=1e-3)
    assert pions["spot y (mm)"] == pytest.approx(18, rel=1e-3)
    assert pions["ratio to the first"] == 1


def test_ratios_to_the_first_beam():
    """By species; what the first does not have, or has none of, has no ratio."""
    flat, both = np.ones(3), np.arange(6.0).reshape(3, 2)
    names = "pi+", "K+", "mu+"
    first = BeamEntrance(names, np.array([0.04, 0.002, 0.0]), flat, flat, both, both)
    other = BeamEntrance(("K+", "K-", "mu+"), np.array([0.005, 0.1, 0.3]), flat, flat, both, both + 10)
    found = rows({"first": first, "other": other})
    assert [(row["experiment"], row["species"], row["ratio to the first"]) for row in found] == [
        *(("first", "pi+", 1.0), ("first", "K+", 1.0), ("first", "mu+", None)),
        *(("other", "K+", pytest.approx(2.5)), ("other", "K-", None), ("other", "mu+", None)),
    ]
    last = found[-1]
    assert (last["divergence x (mrad)"], last["divergence y (mrad)"]) == (4.0, 5.0)
    assert (last["spot x (mm)"], last["spot y (mm)"], last["spread (%)"]) == (14.0, 15.0, 100.0)


def test_what_has_no_tunnel_is_refused(loaded):
    other = load_experiment("ess_csi")
    context = Context({"nuscope_lar": loaded, "ess_csi": other}, (), lambda line: None)
    for task in (BeamEvents(("ess_csi",)), BeamEvents(), BeamFluxes("ess_csi")):
        with pytest.raises(InputError, match=r"ess_csi\.source: got StoppedPion\. Only a DecayTunnel"):
            task.check(context)
    with pytest.raises(InputError, match="It has no tunnel to enter"):
        Entrance(("ess_csi",)).check(context)
    with pytest.raises(InputError, match="The study has nuscope_lar, ess_csi"):
        BeamEvents(("nuscope",)).check(context)
    with pytest.raises(InputError, match="needs a DecayTunnel and the radius"):
        OffAxis("ess_csi", [0.1], [0.001]).check(context)
