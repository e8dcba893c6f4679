"""The monitored flux: what is left, by what, and what it rests upon; from experiments, and for a made-up counter."""

import numpy as np
import pytest
from monitored_toys import EFFICIENCY, METER, ONE_MESON, F, counted, detector, flux, monitors

import ontarget.analysis as analysis
from ontarget.analysis.monitored.counted_pulls import count_pulls
from ontarget.analysis.monitored.flux_precision import whole_error
from ontarget.analysis.monitored.monitored_flux import BINS, left_errors
from ontarget.analysis.monitored.monitored_flux_scan import (
    FACTORS,
    MODELLING,
    production_models,
    production_scan,
    response_curves,
    response_scan,
)
from ontarget.beam.yields import Yields
from ontarget.experiment import Experiment
from ontarget.ground.address import replace
from ontarget.ground.errors import InputError
from ontarget.io.entry import load

COUNTERS, NAMES = ["counter"], ["efficiency"]


def test_what_is_left_by_each_uncertainty():
    """In quadrature what goes if one is known: by hand from the covariances, the largest first."""
    pulls, given = counted(), flux()
    for flavour, left in left_errors(given, pulls, COUNTERS, F).items():
        assert left.before == whole_error(given, flavour, np.eye(2))
        assert left.after == whole_error(given, flavour, pulls.covariance(COUNTERS, F))
        none = pulls.covariance(COUNTERS, 0.0, known=NAMES)
        assert left.statistics == whole_error(given, flavour, none)
        assert left.statistics < 1e-6 < left.after < left.before
        known = {
            "efficiency": pulls.covariance(COUNTERS, F, known=NAMES),
            BINS: pulls.covariance(COUNTERS, 0.0),
        }
        for name, covariance in known.items():
            gone = left.after**2 - whole_error(given, flavour, covariance) ** 2
            assert left.contributions[name] ** 2 == pytest.approx(gone)
        shares = list(left.contributions.values())
        assert shares == sorted(shares, reverse=True)
        assert left.contributions[left.largest] == max(shares)


def test_the_answer_follows_the_assumptions():
    """An efficiency moves all counts alike, so the flux is known no better than it; statistics alone leave nothing."""
    scan = response_scan(flux(), counted(), COUNTERS, F, NAMES)
    rows = zip(scan.modelling, scan.every, scan.factor, strict=True)
    found = dict(zip(rows, scan.error["nu_mu"], strict=True))
    assert 0.003 < found[0.001, False, 1 / 3] < 0.004  # 1 % / 3, and 0.1 % over the root of four bins
    assert 0.0099 < found[0.001, False, 1.0] < 0.0105
    assert 0.025 < found[0.001, False, 3.0] < 0.031  # the prior of 7 % helps
    assert found[F, True, 1.0] > found[0.01, False, 1.0] > found[0.001, False, 1.0]
    assert list(found) == [(f, False, x) for f in MODELLING for x in FACTORS] + [(F, True, x) for x in FACTORS]
    assert found[F, True, 3.0] == pytest.approx(
        whole_error(flux(), "nu_mu", counted().covariance(COUNTERS, F, factors={"efficiency": 3.0}))
    )
    few = response_scan(flux(), counted(), COUNTERS, F, [])
    assert few.factor.tolist() == [1.0] * len(MODELLING) + list(FACTORS)


def test_curves_pass_through_the_scan():
    """The last step is the worst modelling of the scan; the level before is that of the priors alone."""
    curves = response_curves(flux(), counted(), COUNTERS, NAMES)
    scan = response_scan(flux(), counted(), COUNTERS, F, NAMES)
    for flavour, errors in curves.after.items():
        assert errors.shape == (3, len(curves.modelling))
        np.testing.assert_allclose(errors[:, -1], scan.error[flavour][12:15], rtol=1e-9)
        assert (np.diff(errors, axis=1) > 0).all()
        assert curves.before[flavour] == whole_error(flux(), flavour, np.eye(2))
    np.testing.assert_allclose(np.diff(np.log(curves.modelling)), np.log(3e3) / 25)  # from 1e-5 to 3 %
    assert response_curves(flux(), counted(), COUNTERS, []).factors == (1.0,)


def test_another_model_of_production_with_the_same_parts():
    """Errors before are those of the model itself, from the parts of the flux, to rounding of a triangle's inverse."""
    given = flux()
    factor = np.linalg.cholesky(np.asarray(ONE_MESON.covariance()))
    mean, modes = given.by_energy("nu_mu")
    parts = np.linalg.solve(factor.T, modes.sum(axis=1))
    models = production_models(ONE_MESON)
    np.testing.assert_allclose(models["as assumed"], np.eye(2), atol=1e-12)
    scan = production_scan(given, counted(), COUNTERS, F)
    assert scan.models == tuple(models)
    lengths = {name: 2 * getattr(ONE_MESON, name) for name in ("momentum_length", "angle_length")}
    for name, other in (
        ("shape 8 %", replace(ONE_MESON, {"species.pi+.shape": 0.08})),
        ("correlation lengths twice", replace(ONE_MESON, lengths)),
    ):
        wanted = np.sqrt(parts @ np.asarray(other.covariance()) @ parts) / mean.sum()
        place = scan.models.index(name)
        assert scan.before["nu_mu"][place] == pytest.approx(wanted, rel=1e-10)
        after = counted().covariance(COUNTERS, F, before=models[name])
        assert scan.after["nu_mu"][place] == whole_error(given, "nu_mu", after)
    # after counting, the counter says nearly all: a prior twice as wide moves the answer by less than it moved before
    place = scan.models.index("shape 8 %")
    before, after = (each["nu_mu"][place] / each["nu_mu"][0] for each in (scan.before, scan.after))
    assert 1 < after < before
    assert not production_models(Yields(ONE_MESON.species, given=np.eye(2)))


@pytest.fixture(scope="module")
def found():
    return analysis.flux_from_leptons(detector(), [one.precomputed() for one in monitors()], (METER,), F)


def test_from_experiments(found):
    """The pulls of the counters are those of the flux: each counter alone, and both; more counts, less error."""
    names = found.flux.yields.names
    pulls = count_pulls(monitors(), names, (METER,))
    assert list(found.covariances) == ["before", "behind", "wall", "all counters"]
    np.testing.assert_array_equal(found.covariances["before"], np.eye(len(names)))
    for name, counters in (("behind", ("behind",)), ("wall", ("wall",)), (found.best, ("behind", "wall"))):
        # templates are computed again here: their sums in the same order, so the same but for rounding
        np.testing.assert_allclose(found.covariances[name], pulls.covariance(counters, F), rtol=1e-9, atol=1e-12)
    whole = found.precision.of_sums[0]
    assert whole[3] < min(whole[1:3]) < whole[0]
    assert found.left["nu_mu"].after == pytest.approx(whole[3])
    assert found.modelling == F


def test_the_flux_is_that_of_the_detector(found):
    """Before: one pull after the other of the detector's own source, off by one, in every bin of energy and radius."""
    source, site, tag = detector().source, detector().detector.site, detector().detector.tag
    flux = detector().precomputed().source
    assert found.precision.radii is not None
    np.testing.assert_allclose(found.precision.radii, tag.radii.edges)
    total = np.asarray(flux.given.values)
    row, square = 1, 0.0  # muon neutrinos
    for name in flux.yields.names:
        moved = replace(flux, {f"yields.pulls.{name}.value": 1.0}).flux(detector().facility, site, tag)
        square += ((np.asarray(moved.values) - total)[row].sum() / total[row].sum()) ** 2
    assert found.precision.of_sums[0, 0] == pytest.approx(np.sqrt(square), rel=1e-9)
    assert source.yields.names == flux.yields.names


def test_the_monitored_flux_carries_the_covariance(found):
    """As a source of its own: the stated error of all neutrinos, but for the 1e-6 of the variance that it leaves out;
    expected counts leave the mean where it was."""
    after = found.monitored
    assert isinstance(after, type(found.flux))
    np.testing.assert_array_equal(after.given.values, found.flux.given.values)
    whole = whole_error(after, "nu_mu", np.eye(len(after.yields.pulls)))
    assert whole == pytest.approx(found.left["nu_mu"].after, rel=1e-5)


def test_an_exact_flux_is_refused():
    exact = load("ess_csi", {"source.nodes": 8})
    assert isinstance(exact, Experiment)
    with pytest.raises(InputError, match="nothing about its flux is uncertain"):
        analysis.flux_from_leptons(exact, ())


def test_one_efficiency_alone():
    """With bins known exactly, and statistics of no account, the efficiency is what is left: nearly all of it."""
    left = left_errors(flux(), counted(), COUNTERS, 0.0)["nu_mu"]
    assert left.largest == "efficiency"
    assert left.contributions["efficiency"] == pytest.approx(EFFICIENCY, rel=0.02)  # the prior of 7 % helps by 1 %
    assert left.contributions[BINS] == 0.0
