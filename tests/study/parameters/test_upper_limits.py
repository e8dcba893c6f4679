"""Upper limits: where -2 ln L reaches the level in closed form, and published ones in rows of their own."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from ontarget.analysis import upper_limits
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.likelihood import Parameter, likelihood
from ontarget.study import UpperLimits
from ontarget.study.parameters.upper_limits import PublishedLimit, figure, limit_rows, rows


class Recoils(Noun):
    """One bin: what a moment adds to what there is."""

    name: str = static(default="recoils")
    moment: Scalar = quantity(default=0.0)
    standard: Scalar = quantity(default=400.0)

    def bins(self):
        return (self.standard + self.moment**2)[None]


MOMENT = Parameter("moment", "*.moment", -12.0, 12.0)
OTHERS = {"others": PublishedLimit(0.9, "moment", 0.95)}
TASK = UpperLimits("A limit", "limit", (MOMENT,), "moment", unit=0.1, published=OTHERS, points=401)


@pytest.fixture(scope="module")
def found():
    few, many = Recoils("few"), Recoils("many", 0.0, 900.0)
    return {
        label: upper_limits(likelihood(nouns, [MOMENT]), ["moment"], grids={"moment": TASK.grid(MOMENT)})["moment"]
        for label, nouns in {"few": (few,), "both": (few, many)}.items()
    }


def closed(*standard):
    """Where a likelihood of Poisson counts that are as expected reaches 2.7055, the 90 % of one degree of freedom."""

    def value(moment):
        means = jnp.array(standard) + moment**2
        return float(2 * (means - jnp.array(standard) * (1 + jnp.log(means / jnp.array(standard)))).sum()) - 2.705543

    return brentq(value, 0.1, 12.0)


def test_limits_are_where_the_likelihood_reaches_the_level(found):
    few, both = (limit_rows(label, one, 0.1)[0] for label, one in found.items())
    # an end is cut until it stands still to 1e-3 of the interval
    assert few["below"] == pytest.approx(0.1 * closed(400.0), rel=1e-3)
    assert both["below"] == pytest.approx(0.1 * closed(400.0, 900.0), rel=1e-3)
    assert not few["reaches end of grid"]
    assert (few["experiments"], few["parameter"], few["level"]) == ("few", "moment", 0.9)
    assert (found["few"].grid[0], found["few"].grid[-1]) == (0.0, 12.0)


def test_published_limits_are_rows_and_lines(found):
    *ours, other = rows(list(found.items()), OTHERS, 0.1)
    assert [row["experiments"] for row in ours] == ["few", "both"]
    assert (other["experiments"], other["below"], other["level"]) == ("others", 0.9, 0.95)
    assert "others" in TASK.picture("moment", found).svg


def test_a_figure_shows_profiles_up_to_thrice_the_level_and_limits_upright(found):
    (axes,) = figure(found, OTHERS, 0.1, "moment").figure.axes
    few, _, other, across = (line.get_xydata() for line in axes.lines)
    assert few[:, 1].max() <= 3 * 2.705543
    points = 0.1 * found["few"].grid
    assert np.isclose(few[:, :1], points[points <= few[-1, 0]], rtol=1e-12).any(axis=0).all()  # and some around the end
    assert (np.diff(few[:, 0]) > 0).all()
    np.testing.assert_allclose(other, [[0.9, 0.0], [0.9, 3 * 2.705543]], rtol=1e-6)
    np.testing.assert_allclose(across[:, 1], 2.705543, rtol=1e-6)
    assert across[1, 0] == max(few[:, 0].max(), 0.9)


def test_a_published_limit_on_something_else_is_refused():
    with pytest.raises(InputError, match="moment") as caught:
        UpperLimits("A limit", "limit", (MOMENT,), "moment", published={"others": PublishedLimit(1.0, "mass")})
    assert caught.value.where == "published.others.parameter"
