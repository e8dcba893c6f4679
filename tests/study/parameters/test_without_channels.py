"""Counting experiments without channels: sidebands that counted nothing, planes, names that come twice."""

import numpy as np
import pytest

import ontarget as ot
from ontarget.ground.errors import InputError
from ontarget.io.formats.histfactory import only_signal, workspace
from ontarget.study.study import load_study, run

COUNTING = """name: counting
facility: {proton_energy: 1 GeV, power: 1 MW, repetition: 60 Hz, pulse: {type: UniformPulse, width: 350 ns}}
source: {type: StoppedPion, neutrinos_per_proton: 0.09}
exposure: 1 yr
detector:
  site: {baseline: 20 m}
  mass: 1 t
  material: Ar
  seen: {type: CountAxis, start: 0, stop: 2, bins: 2}
  channels: {}
  backgrounds:
    sig: {type: TemplateBackground, total: 4, shape: [[0.5, 0.5]]}
%s
observed: [[%s]]
"""
PLANE = """name: plane
experiments: [counting.yaml]
tasks:
- type: Plane
  key: k
  title: t
  points: 21
  x: {type: Scale, name: %s, address: "*.bkg.total", low: 0.2, high: 3}
  y: {type: Scale, name: mu, address: "*.sig.total", low: 0, high: 5}
"""
BASELINE = """name: baseline
experiments: [ess_csi]
tasks:
- type: Bounds
  key: k
  title: t
  parameters:
    L:
      type: Parameter
      address: "*.site.baseline"
      low: %s
      high: 30 m
      prior: {type: Gaussian, mean: {value: 20, unit: m}, sigma: 50 cm}
"""


def experiment(folder, background, observed):
    (folder / "counting.yaml").write_text(COUNTING % (background, observed))
    return ot.load(folder / "counting.yaml")


def strength(noun):
    return ot.likelihood(noun, [ot.Scale("mu", "*.sig.total", low=0, high=3)])


@pytest.mark.parametrize("counts", ["[0, 0]", "[0, 1]"])
def test_a_sideband_that_counted_nothing_leaves_its_background_free(tmp_path, counts):
    """With 1 and 0 observed: 0.9116 is where -2 ln L has risen by 2.7055, computed without this package."""
    aside = f"    bkg: {{type: MeasuredBackground, counts: {counts}, ratio: 0.5}}"
    nll = strength(experiment(tmp_path, aside, "1, 0"))
    (piece,) = ot.intervals(ot.profile(nll, {"mu": np.linspace(0, 3, 61)}), 0.9).pieces
    assert piece.low == 0.0
    assert piece.high == pytest.approx(0.9116, abs=1e-4)


def test_a_plane_needs_no_channel_and_two_names(tmp_path):
    experiment(tmp_path, "    bkg: {type: TemplateBackground, total: 3, shape: [[0.3, 0.7]]}", "1, 4")
    (tmp_path / "plane.yaml").write_text(PLANE % "b")
    (table,) = run(tmp_path / "plane.yaml", progress=lambda line: None).sections[0].tables
    assert 0.0 < table.rows[0]["allowed share of the plane"] < 1.0
    (tmp_path / "plane.yaml").write_text(PLANE % "mu")
    with pytest.raises(InputError, match=r"task 'k': got the name 'mu' twice. Two parameters of a fit share it"):
        run(tmp_path / "plane.yaml", progress=lambda line: None)


def test_bins_that_the_signal_alone_fills_are_counted(tmp_path):
    """Of two bins with events the background fills the second."""
    noun = experiment(tmp_path, "    bkg: {type: TemplateBackground, total: 3, shape: [[0, 1]]}", "1, 4")
    assert only_signal(workspace(strength(noun), [noun]).document) == 1


def test_units_of_a_study_are_read_from_its_file(tmp_path):
    (tmp_path / "v.yaml").write_text(BASELINE % "10 m")
    (one,) = load_study(tmp_path / "v.yaml").noun.tasks[0].parameters
    assert (float(one.low), float(one.prior.mean), float(one.prior.sigma), one.unit) == (10.0, 20.0, 0.5, "m")
    (tmp_path / "v.yaml").write_text(BASELINE % "10")
    with pytest.raises(InputError, match=r"got 10 with no unit. The others are in 'm'. Write '10 m'"):
        load_study(tmp_path / "v.yaml")
