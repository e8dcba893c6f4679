"""Shares of tagged interactions, by hand."""

import dataclasses

import numpy as np
import pytest
from monitor_toys import campaign

import ontarget as ot
from ontarget.analysis.tags.tag_campaign import AXIS, performance_by_mode, tag_responses, tagged_axis, tagged_share
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.tagging import Tagger


@pytest.fixture(scope="module")
def found():
    return campaign().run(512)


def test_share_by_hand(found):
    """Of 512 interactions, 128 are made to be tagged, in four bins of 0, 16, 48 and 64, half of them rightly."""
    events = np.arange(512)
    right = (events < 128) & (events % 2 == 0)
    energy = np.select([events < 16, events < 64, events < 128], [1.5 * GeV, 2.5 * GeV, 3.5 * GeV], 0.0)
    tags = dataclasses.replace(found.tags, candidates=(events < 128) * 2, right=right, energy=energy)
    one = tagged_share(dataclasses.replace(found, tags=tags), np.array([0.1, 1.0, 2.0, 3.0, 4.0]) * GeV)
    assert (one.events, one.tagged, one.right) == (512, 0.25, 0.5)
    assert one.error == pytest.approx(np.sqrt(0.25 * 0.75 / 512))
    assert one.bin_error == pytest.approx(1 / np.sqrt(32))  # the median of 0, 16, 48 and 64
    nothing = dataclasses.replace(tags, candidates=np.zeros(512, int))
    assert tagged_share(dataclasses.replace(found, tags=nothing), np.array([0.0, 1.0]) * GeV).right is None


def test_modes_are_those_that_interact(found):
    origins = campaign().drawing.origins
    each = performance_by_mode(found, origins)
    assert list(each) == ["pi_munu"]
    assert each["pi_munu"].efficiency == (found.tags.candidates > 0).mean()


def test_responses_of_flavours_and_of_parents(found):
    """All neutrinos are of one flavour and of one parent: both responses are the same, and count everything once."""
    energy = np.linspace(0, 8, 9) * GeV
    each = tag_responses(found, campaign().drawing.origins, energy, np.asarray(AXIS.edges))
    assert list(each) == ["nu_mu", "nu_mu from pi+"]
    np.testing.assert_array_equal(each["nu_mu"].values, each["nu_mu from pi+"].values)
    assert each["nu_mu"].events.sum() == pytest.approx(512)


def test_axis_without_a_tag_is_that_of_pions():
    assert tagged_axis(ot.load("nuscope_lar")) is AXIS


def test_what_has_no_tunnel_is_refused():
    tagger = ot.load("taggers/nuscope")
    assert isinstance(tagger, Tagger)
    with pytest.raises(InputError, match="DecayTunnel"):
        ot.analysis.tagging_campaign(ot.load("ess_csi"), tagger)
    with pytest.raises(InputError, match="DecayTunnel"):
        ot.analysis.tagging(ot.load("ess_csi"), tagger)
