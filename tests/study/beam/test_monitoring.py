"""The tasks of the monitored flux, from start to end: tables against their results, and the file that others take."""

import dataclasses

import numpy as np
import pytest
from monitored_toys import F, asked, counted, flux

from ontarget.analysis.monitored.flux_precision import whole_error
from ontarget.analysis.monitored.monitored_flux_scan import production_scan, response_curves, response_scan
from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import InputError
from ontarget.ground.units import cm
from ontarget.inference.fit import pull_parameters
from ontarget.io.entry import load_experiment
from ontarget.io.formats.varied_file import write_varied
from ontarget.source import VariedFlux
from ontarget.study.beam.monitor_rates import MonitorRates
from ontarget.study.beam.monitoring import FluxFromLeptons
from ontarget.study.beam.monitoring_scan import production_rows, response_picture, response_rows
from ontarget.study.published import PublishedPrecision

COUNTERS = ["counter"]
TASK = FluxFromLeptons("lar", ("behind", "wall"), F, ("efficiency",), (PublishedPrecision(0.01, "published"),))


@pytest.fixture(scope="module")
def section():
    """Of a small study: two counters and a detector behind a small tunnel."""
    TASK.check(asked())
    return TASK.run(asked())


def rows(section, name):
    return next(table for table in section.tables if table.name == name).rows


def test_tables_and_figures(section):
    """Their names, which others look for, begin with the key."""
    tables = ["precision", "left", "scan", "production", "by_energy", "by_radius"]
    assert [table.name for table in section.tables] == [f"flux_{name}" for name in tables]
    names = [one.name for one in section.pictures]
    assert names == ["flux_from_leptons_nu_mu", "flux_from_leptons_nu_e", "flux_after_assumptions"]
    assert [one.name for one in section.fluxes] == ["flux_before", "flux_monitored"]


def test_numbers_agree_between_tables_and_files(section):
    """All muon neutrinos, four times: from the flux itself, in the sums, in what is left, and in the scan of f."""
    before, after = (one.flux for one in section.fluxes)
    whole = {
        name: whole_error(one, "nu_mu", np.eye(len(one.yields.pulls)))
        for name, one in (("before", before), ("after", after))
    }
    first = rows(section, "flux_precision")[0]
    assert list(first) == ["flux", "before", "behind", "wall", "all counters"]
    assert first["before"] == pytest.approx(whole["before"])
    # modes that together hold 1e-6 of the variance are left out of the file
    assert first["all counters"] == pytest.approx(whole["after"], rel=1e-5)
    left = {row["uncertainty"]: row["relative"] for row in rows(section, "flux_left") if row["flux"] == "nu_mu"}
    assert left["before"] == pytest.approx(first["before"])
    assert left["after"] == pytest.approx(first["all counters"])
    # the study frees the efficiency and the halo
    assert set(left) == {"before", "after", "statistics alone", "efficiency", "halo", "response bin by bin"}
    scan = {(row["each bin known to (%)"], row["priors"]): row["nu_mu (%)"] for row in rows(section, "flux_scan")}
    assert scan[100 * F, "all priors x 1"] == pytest.approx(100 * first["all counters"])
    production = rows(section, "flux_production")[0]
    assert production["model of production"] == "as assumed"
    assert production["nu_mu before (%)"] == pytest.approx(100 * first["before"])
    assert production["nu_mu after (%)"] == pytest.approx(100 * first["all counters"])


def test_energy_and_radius(section):
    """Nodes of the source's axis and rings of the tag; errors are of the same size as that of the whole."""
    energies = [row["energy (GeV)"] for row in rows(section, "flux_by_energy") if row["neutrino"] == "nu_mu"]
    np.testing.assert_allclose(np.remainder(np.array(energies) + 0.25, 0.5), 0.25)
    assert 0 <= min(energies) < max(energies) <= 11
    rings = [row for row in rows(section, "flux_by_radius") if row["neutrino"] == "nu_mu"]
    assert [(row["radius from (m)"], row["to (m)"]) for row in rings] == [(0.0, 1.4), (1.4, 2.8)]
    whole = rows(section, "flux_precision")[0]["before"]
    # with weights that add to one, the error of the sum is at most the mean of those of its parts
    assert max(row["before"] for row in rings) > 0.9 * whole


def test_rows_of_a_scan():
    """Labels and per cent beside the arrays."""
    scan = response_scan(flux(), counted(), COUNTERS, F, ["efficiency"])
    made = response_rows(scan)
    assert made[0]["priors"] == "efficiencies x 1/3"
    assert [row["priors"] for row in made[-3:]] == ["all priors x 1/3", "all priors x 1", "all priors x 3"]
    for row, f, error in zip(made, scan.modelling, scan.error["nu_e"], strict=True):
        assert row["each bin known to (%)"] == 100 * f
        assert row["nu_e (%)"] == 100 * error
    models = production_scan(flux(), counted(), COUNTERS, F)
    made = production_rows(models)
    assert [row["model of production"] for row in made] == list(models.models)
    assert [row["nu_e after (%)"] for row in made] == pytest.approx(100 * models.after["nu_e"])
    assert [row["nu_mu before (%)"] for row in made] == pytest.approx(100 * models.before["nu_mu"])


def test_figure_of_the_assumptions():
    """Six curves, two levels before, and the published one, dashed."""
    curves = response_curves(flux(), counted(), COUNTERS, ["efficiency"])
    (axes,) = response_picture(curves, "flux", {"published": 0.01}).figure.axes
    assert len(axes.lines) == 9
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 100 * curves.after["nu_mu"][0])
    assert axes.lines[-1].get_linestyle() == "--"
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), 1.0)
    assert "%" in axes.get_xlabel()
    assert "%" in axes.get_ylabel()


def test_an_experiment_takes_what_is_left_behind(tmp_path):
    """The error of all its neutrinos is the stated one, but for the 1e-6 of the variance that `constrained` drops."""
    covariance = counted().covariance(COUNTERS, F)
    files = {"before": flux(), "monitored": flux().constrained(np.zeros(2), covariance)}
    for name, pulls in (("before", np.eye(2)), ("monitored", covariance)):
        write_varied(tmp_path / f"flux_{name}.yaml", files[name], name)
        (tmp_path / "mine.yaml").write_text(
            f"facility: {{use: facilities/nuscope}}\nsource: {{use: flux_{name}.yaml}}\n"
            "detector: {use: detectors/nuscope_water, tag: {type: Untagged}}\n"
            "exposure: {type: ProtonsOnTarget, number: 1e19 POT}\n"
        )
        source = load_experiment(tmp_path / "mine.yaml").noun.source
        assert isinstance(source, VariedFlux)
        stated = whole_error(flux(), "nu_mu", pulls)
        assert whole_error(source, "nu_mu", np.eye(len(source.yields.pulls))) == pytest.approx(stated, rel=1e-5)
        assert len(pull_parameters(load_experiment(tmp_path / "mine.yaml").noun)) == len(source.yields.pulls)


def test_rates_of_the_counters():
    """Muons per area and second at the first plane: those of the templates that reach it, times protons per second."""
    task = MonitorRates(("behind",), cell=2 * cm, multiplicity=2.0)
    task.check(asked())
    section = task.run(asked())
    monitor = asked().experiment("behind", "monitors", LeptonMonitor).precomputed()
    (template,) = monitor.leptons().flows
    muons = np.asarray(template.values).sum(axis=0)[1:, :-1].sum(axis=0)
    edges = np.array([0.0, 0.5, 1.0, 1.5])  # m
    per_second = 1e13 / 9.6  # to the 0.2 % to which the catalog's power is given
    for row, number, low, high in zip(rows(section, "monitor_rates"), muons, edges[:-1], edges[1:], strict=True):
        density = number * per_second / (np.pi * (high**2 - low**2) * 1e4)  # per cm2
        assert row["place (m)"] == pytest.approx((low + high) / 2)
        assert row["kHz per cm2"] == pytest.approx(density / 1e3, rel=2e-3)
        assert row["kHz per channel"] == pytest.approx(2 * 4 * density / 1e3, rel=2e-3)
        assert row["pile-up"] == pytest.approx(-np.expm1(-2 * 4 * density * 1e-7), rel=3e-3)
        assert row["dead"] == pytest.approx(1 / (1 + 1 / (8 * density * 1e-7)), rel=3e-3)
        assert row["most from"] == "pi+_pi_munu_mu+"
    assert "While 1.04e+12 protons per second" in section.text


@pytest.mark.parametrize(
    ("task", "match"),
    [
        (dataclasses.replace(TASK, detector="behind"), "an Experiment is asked for"),
        (dataclasses.replace(TASK, monitors=("lar",)), "a LeptonMonitor is asked for"),
        (dataclasses.replace(TASK, monitors=()), "Name one or more"),
        (dataclasses.replace(TASK, efficiencies=("efficency",)), "efficiency"),
        (dataclasses.replace(TASK, modelling=2.0), "modelling"),
        (MonitorRates(("lar",)), "a LeptonMonitor is asked for"),
        (MonitorRates(()), "Name one or more"),
        (MonitorRates(("behind",), window=0.0), "window"),
    ],
)
def test_refusals(task, match):
    with pytest.raises(InputError, match=match):
        task.check(asked())
