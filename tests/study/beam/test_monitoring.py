"""The monitored flux: its covariance by closed forms, what it rests upon, and the file that others take."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.counted_pulls import CountedPulls
from ontarget.analysis.flux_precision import whole_error
from ontarget.beam.yields import MesonYield, Yields
from ontarget.ground.address import replace
from ontarget.ground.units import GeV, m, mrad
from ontarget.inference.fit import pull_parameters
from ontarget.io.entry import load_experiment
from ontarget.io.varied_file import write_varied
from ontarget.source import Flux, VariedFlux
from ontarget.study.beam.monitoring import kept, largest, left_rows
from ontarget.study.beam.monitoring_scan import priors_of, production_rows, response_picture, response_rows

MESON = MesonYield(jnp.array([5.0, 8.0, 12.0]) * GeV, jnp.array([0.0, 100.0]) * mrad, name="pi+")
YIELDS = Yields((MESON,))
EFFICIENCY, F = 0.01, 0.02


@pytest.fixture
def flux():
    """Three energies and one bin of a tag beside what is outside; each bin of the yields makes some of each."""
    parts = np.random.default_rng(4).uniform(0.5, 1.5, size=(2, 6, 3, 1, 2)) / m**2
    parts[:, 3:] = 0
    factor = np.linalg.cholesky(np.asarray(YIELDS.covariance()))
    modes = np.einsum("ba,b...->a...", factor, parts)
    given = Flux(jnp.array([0.5, 2.0, 4.0]) * GeV, jnp.array([50.0]) * m, jnp.asarray(parts.sum(axis=0)))
    return VariedFlux(given, jnp.asarray(modes), YIELDS)


@pytest.fixture
def counted():
    """One counter of four bins, each of which one efficiency moves as a whole."""
    factor = np.linalg.cholesky(np.asarray(YIELDS.covariance()))
    parts = np.array([[8e12, 1e12], [2e12, 7e12], [5e12, 5e12], [1e12, 9e12]])
    mean = parts.sum(axis=1)
    slopes = np.concatenate([mean[:, None], parts @ factor], axis=1)
    return CountedPulls(YIELDS.names, {"efficiency": EFFICIENCY}, {"counter": (mean, slopes)})


def test_covariance_is_the_inverse_of_the_information(counted):
    """With f of 2 % the matrix is so well conditioned that its plain inverse is good to rounding, 1e-10 of it."""
    mean, slopes = counted.counts["counter"]
    weight = 1 / (mean + (F * mean) ** 2)
    information = (slopes.T * weight) @ slopes + np.diag([EFFICIENCY**-2, 1, 1])
    wanted = np.linalg.inv(information)[1:, 1:]
    np.testing.assert_allclose(counted.covariance(["counter"], F), wanted, rtol=1e-10)
    exact = np.linalg.inv(information[1:, 1:])
    np.testing.assert_allclose(counted.covariance(["counter"], F, known=["efficiency"]), exact, rtol=1e-10)
    information[0, 0] += EFFICIENCY**-2 * (1 / 9 - 1)
    wider = np.linalg.inv(information)[1:, 1:]
    np.testing.assert_allclose(counted.covariance(["counter"], F, factors={"efficiency": 3.0}), wider, rtol=1e-10)
    np.testing.assert_allclose(counted.covariance([], F), np.eye(2), atol=1e-15)


def test_another_model_of_production_with_the_same_parts(flux, counted):
    """Errors before are those of the model itself, from the parts of the flux, to rounding of a triangle's inverse."""
    factor = np.linalg.cholesky(np.asarray(YIELDS.covariance()))
    mean, modes = flux.by_energy("nu_mu")
    parts = np.linalg.solve(factor.T, modes.sum(axis=1))
    priors = priors_of(YIELDS)
    np.testing.assert_allclose(priors["as assumed"], np.eye(2), atol=1e-12)
    twice = replace(YIELDS, {"species.pi+.shape": 0.08})
    wanted = np.sqrt(parts @ np.asarray(twice.covariance()) @ parts) / mean.sum()
    assert whole_error(flux, "nu_mu", priors["shape 8 %"]) == pytest.approx(wanted, rel=1e-10)
    rows = {row["model of production"]: row for row in production_rows(flux, counted, ["counter"], F)}
    assert rows["shape 8 %"]["nu_mu before (%)"] == pytest.approx(100 * wanted, rel=1e-10)
    # after counting, the counter says nearly all: a prior twice as wide moves the answer by less than it moved before
    before, after = (
        rows["shape 8 %"][f"nu_mu {when} (%)"] / rows["as assumed"][f"nu_mu {when} (%)"] for when in ("before", "after")
    )
    assert 1 < after < before
    assert not priors_of(Yields((MESON,), given=jnp.eye(2)))


def test_the_answer_follows_the_assumptions(flux, counted):
    """An efficiency moves all counts alike, so the flux is known no better than it; statistics alone leave nothing."""
    rows = response_rows(flux, counted, ["counter"], F, ["efficiency"])
    found = {(row["each bin known to (%)"], row["priors"]): row["nu_mu (%)"] for row in rows}
    assert 0.3 < found[0.1, "efficiencies x 1/3"] < 0.4  # 1 % / 3, and 0.1 % over the root of four bins
    assert 0.99 < found[0.1, "efficiencies x 1"] < 1.05
    assert 2.5 < found[0.1, "efficiencies x 3"] < 3.1  # the prior of 7 % helps
    assert found[2.0, "all priors x 1"] > found[1.0, "efficiencies x 1"] > found[0.1, "efficiencies x 1"]
    left = left_rows(flux, counted, ["counter"], F)
    of = {row["uncertainty"]: row["relative"] for row in left if row["flux"] == "nu_mu"}
    assert of["statistics alone"] < 1e-6 < of["after"] < of["before"]
    assert largest(left, "nu_mu") in {"efficiency", "response bin by bin"}


def test_figure_of_the_assumptions(flux, counted):
    """Six curves, two levels before, and the published one, dashed."""
    (axes,) = response_picture(flux, counted, ["counter"], ["efficiency"], {"published": 0.01}).figure.axes
    assert len(axes.lines) == 9
    assert axes.lines[-1].get_linestyle() == "--"
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), 1.0)
    assert "%" in axes.get_xlabel()
    assert "%" in axes.get_ylabel()


def test_an_experiment_takes_what_is_left_behind(tmp_path, flux, counted):
    """The error of all its neutrinos is the stated one, but for the 1e-6 of the variance that `constrained` drops."""
    covariance = counted.covariance(["counter"], F)
    for one in kept(flux, covariance):
        write_varied(tmp_path / f"{one.name}.yaml", one.flux, one.title)
    for name, pulls in (("flux_before", np.eye(2)), ("flux_monitored", covariance)):
        (tmp_path / "mine.yaml").write_text(
            f"facility: {{use: facilities/nuscope}}\nsource: {{use: {name}.yaml}}\n"
            "detector: {use: detectors/nuscope_water, tag: {type: Untagged}}\n"
            "exposure: {type: ProtonsOnTarget, number: 1e19 POT}\n"
        )
        source = load_experiment(tmp_path / "mine.yaml").noun.source
        assert isinstance(source, VariedFlux)
        stated = whole_error(flux, "nu_mu", pulls)
        assert whole_error(source, "nu_mu", np.eye(len(source.yields.pulls))) == pytest.approx(stated, rel=1e-5)
        assert len(pull_parameters(load_experiment(tmp_path / "mine.yaml").noun)) == len(source.yields.pulls)
