"""From trees to nouns on toy nouns: every kind of annotation, and every wrong tree with one sentence and its place."""

import subprocess
import sys

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from io_toys import (
    AbstractChannel,
    AbstractInteraction,
    Channel,
    Detector,
    Experiment,
    Material,
    Modified,
    Standard,
    outcome,
)

from ontarget.ground import units as u
from ontarget.ground.errors import InputError
from ontarget.io.structure import Structured, structure
from ontarget.io.yaml import Tree, parse_yaml
from ontarget.matter import Material as RealMaterial
from ontarget.propagation import AbstractPropagation
from ontarget.source import AbstractSource

GOOD = """\
name: toy
detector:
  mass: {value: 14.6 kg, error: 10 %, cite: Akimov:2021dab, note: as built}
  site:
    baseline: 19.3 m
  material: CsI
  channels:
    first: {type: Channel, interaction: {type: Modified, coupling: 0.3}, threshold: 5 keVnr}
    second:
      type: Channel
      nodes: {values: [1, 2, 3], unit: MeV, cite: [A:2001aa, B:2002bb]}
      weights: [1, 2.5, '3']
      table: [[1, 2], [3, 4], [5, 6]]
  extra: Standard
  modules: 4
  shielded: false
  colour: blue
  edges: [1 m, 2 cm]
  pair: [1 m, 2 kg]
  labels: [a, b]
  share: {one: 10 %, two: 0.9}
  gap: 0.5
  cite: Whole:2003cc
exposure: 3 yr
"""


def build(text, cls=Experiment, trust=False):
    return structure(cls, parse_yaml(text, "my.yaml"), trust)


def test_pairs_may_be_a_mapping():
    """As the class's own example has it: {Ge76: 0.87}, in the order written."""
    for pairs in ("{H2: 90 %, H1: 0.1}", "[[H2, 0.9], [H1, 0.1]]"):
        made = structure(RealMaterial, parse_yaml(f"{{formula: H2O, enrichment: {pairs}}}", "m.yaml"))
        assert made.noun.enrichment == (("H2", 0.9), ("H1", 0.1))
    assert made.noun.composition()[0][1] == pytest.approx(2 * 0.1)


@pytest.mark.parametrize(
    ("cls", "text", "remedy"),
    [
        (AbstractPropagation, "{type: ThreeFlavour, dm2_32: -2e-3 eV^2}", "ThreeFlavour has none such. Give dm2_31 ="
         " dm2_32 + dm2_21, which is negative in the inverted ordering."),
        (AbstractPropagation, "{type: ThreeFlavour, theta_13: 8.5 deg}", "Give sin2_13, the sine squared of"),
        (AbstractPropagation, "{type: ThreeFlavour, theta23: 45 deg}", "Give sin2_23, the sine squared of"),
        (AbstractPropagation, "{type: ThreeFlavour, sin2_2theta_13: 0.085}", "Give sin2_13"),
        (AbstractPropagation, "{type: ThreeFlavour, delta_cp: 212 deg}", "Give delta, with its unit, such as"),
        (AbstractPropagation, "{type: Sterile31, dm2: 1 eV2, sin2_2theta_ee: 0.1}", "Give ue4, of sin2_2theta_ee ="),
        (AbstractPropagation, "{type: NoOscillation, xyz: 1}", "NoOscillation has no fields."),
        (AbstractSource, "{type: StoppedPion, 0,09}", "It has neutrinos_per_proton, contamination, nodes."),
    ],
)  # fmt: skip
def test_an_unknown_key_of_a_real_class(cls, text, remedy):
    with pytest.raises(InputError) as caught:
        structure(cls, parse_yaml(text, "my.yaml"))
    assert remedy in str(caught.value)


def test_every_kind_of_field():
    built = build(GOOD)
    detector = built.noun.detector
    assert float(detector.mass) == pytest.approx(14.6 * u.kg, rel=1e-14)
    assert detector.mass.dtype == np.float64
    assert float(detector.site.baseline) == pytest.approx(19.3 * u.m, rel=1e-14)
    assert detector.site.depth is None
    assert detector.material == Material("CsI")
    first, second = detector.channels
    assert (first.name, second.name) == ("first", "second")
    assert isinstance(first.interaction, Modified)
    assert isinstance(second.interaction, Standard)
    assert float(first.threshold) == pytest.approx(5 * u.keV)
    assert np.allclose(second.nodes, np.array([1, 2, 3]) * u.MeV)
    assert second.table.shape == (3, 2)
    assert isinstance(detector.extra, Standard)
    assert (detector.modules, detector.shielded, detector.colour) == (4, False, "blue")
    assert [float(edge) for edge in detector.edges] == pytest.approx([u.m, 2 * u.cm])
    assert [float(one) for one in detector.pair] == pytest.approx([u.m, 2 * u.kg])
    assert detector.labels == ("a", "b")
    assert float(detector.share["one"]) == pytest.approx(0.1)
    assert detector.gap == 0.5
    assert float(built.noun.exposure.duration) == pytest.approx(3 * u.year)


def test_numbers_are_leaves():
    noun = build(GOOD).noun
    gradient = jax.grad(lambda one: one.detector.mass * one.detector.site.baseline)(noun)
    assert float(gradient.detector.mass) == pytest.approx(float(noun.detector.site.baseline))


def test_provenance():
    records = build(GOOD).provenance
    mass = records["detector.mass"]
    assert (mass.text, mass.cite, mass.note, mass.file, mass.line) == (
        "14.6 kg", ("Akimov:2021dab",), "as built", "my.yaml", 3
    )  # fmt: skip
    assert mass.error == pytest.approx(1.46 * u.kg)
    assert records["detector.channels.second.nodes"].cite == ("A:2001aa", "B:2002bb")
    assert records["detector.channels.second.nodes"].text == "[1, 2, 3] MeV"
    assert records["detector"].cite == ("Whole:2003cc",)
    assert records["detector"].value is None
    assert records["exposure.duration"].line == 24
    assert records["detector.edges.1"].value == pytest.approx(2 * u.cm)


def test_the_order_of_names_is_recorded():
    assert ("detector", "channels") in build(GOOD).ordered


def test_a_list_of_nouns_and_a_union():
    text = "mass: 1 kg\nsite: {baseline: 1 m}\nchannels: [{type: Channel, name: a}]\nsmear: "
    assert isinstance(build(text + "Standard", Detector).noun.smear, Standard)
    assert isinstance(build(text + "{type: Modified, coupling: 1}", Detector).noun.smear, Modified)
    assert float(build(text + "3 keV", Detector).noun.smear) == pytest.approx(3 * u.keV)
    assert float(build(text + "{value: 3 keV}", Detector).noun.smear) == pytest.approx(3 * u.keV)
    assert build(text + "~", Detector).noun.smear is None


HEAD = "mass: 1 kg\nsite:\n  baseline: 20 m\n"
WRONG = {
    "no unit": (
        "mass: 3\nsite: {baseline: 20 m}",
        "my.yaml line 1, mass: got 3 with no unit. It is a mass. Write e.g. '3 kg'.",
    ),
    "dimension": (
        "mass: 20 m\nsite: {baseline: 20 m}",
        "my.yaml line 1, mass: got '20 m', a length. It must be a mass.",
    ),
    "unknown key": (
        "mas: 1 kg\nsite: {baseline: 20 m}",
        "my.yaml line 1, mas: got an unknown key. Detector has none such. Did you mean 'mass'?",
    ),
    "unknown deep": (
        HEAD + "  baselin: 3 m",
        "my.yaml line 4, site.baselin: got an unknown key. Site has none such. Did you mean 'baseline'?",
    ),
    "missing": ("mass: 1 kg", "my.yaml line 1: got no 'site'. Detector needs it, a Site."),
    "missing number": (
        "mass: 1 kg\nsite: {}",
        "my.yaml line 2, site: got no 'baseline'. Site needs it, a length. Write 'baseline: 3 m'.",
    ),
    "check of the noun": ("mass: 1 kg\nsite:\n  baseline: -2 m", "my.yaml line 3, site.baseline: got -2 m."),
    "check in shorthand": (HEAD + "material: Unobtainium", "my.yaml line 4, material: got the material 'Unobtainium'."),
    "unknown type": (
        HEAD + "extra: {type: Modifid}",
        "my.yaml line 4, extra.type: got the type 'Modifid'. It is an Interaction. Did you mean 'Modified'?",
    ),
    "no type": (HEAD + "extra: {}", "got no 'type'. It is an Interaction. Known: Modified, Standard."),
    "abstract type": (HEAD + "extra: {type: AbstractInteraction}", "the type 'AbstractInteraction'"),
    "type of another family": (HEAD + "extra: {type: Channel}", "the type 'Channel'"),
    "type is no text": (HEAD + "extra: {type: [1]}", "a list of 1 as type"),
    "text for a noun": (HEAD + "extra: Standrd", "Did you mean 'Standard'?"),
    "number for a noun": ("mass: 1 kg\nsite: 3", "my.yaml line 2, site: got 3. It is a Site."),
    "nothing for a noun": ("mass: 1 kg\nsite:", "got nothing"),
    "nothing for a number": ("mass:\nsite: {baseline: 20 m}", "got nothing. It must be a mass."),
    "mapping for a number": ("mass: {kg: 3}\nsite: {baseline: 20 m}", "my.yaml line 1, mass: got a mapping"),
    "value and values": ("mass: {value: 1 kg, values: [1]}\nsite: {baseline: 20 m}", "'value' and 'values'"),
    "key beside value": ("mass: {value: 1 kg, eror: 1 g}\nsite: {baseline: 20 m}", "Did you mean 'error'?"),
    "error below zero": ("mass: {value: 1 kg, error: -10 %}\nsite: {baseline: 20 m}", "An error is above zero."),
    "error of nothing": ("mass: {value: 1 kg, error: 0 g}\nsite: {baseline: 20 m}", "Leave it out where"),
    "error dimension": ("mass: {value: 1 kg, error: 1 m}\nsite: {baseline: 20 m}", "mass.error"),
    "cite": ("mass: {value: 1 kg, cite: 3}\nsite: {baseline: 20 m}", "INSPIRE key"),
    "note": ("mass: {value: 1 kg, note: 3}\nsite: {baseline: 20 m}", "A note is a text"),
    "unit": ("mass: {value: 1, unit: 3}\nsite: {baseline: 20 m}", "A unit is a text"),
    "text": (HEAD + "labels: [1]", "my.yaml line 4, labels.0: got 1. It is a text. Put it in quotes."),
    "whole number": (HEAD + "modules: 1.5", "It is a whole number"),
    "truth value as number": (HEAD + "modules: true", "It is a whole number"),
    "truth value": (HEAD + "shielded: 'no'", "true or false"),
    "literal": (HEAD + "colour: bleu", "Did you mean 'blue'?"),
    "list": (HEAD + "edges: 1 m", "my.yaml line 4, edges: got '1 m'. It is a list, each a length."),
    "pair": (HEAD + "pair: [1 m]", "exactly 2 entries"),
    "in a list": (HEAD + "edges:\n  - 1 m\n  - 1 kg", "my.yaml line 6, edges.1: got '1 kg', a mass."),
    "mapping of numbers": (HEAD + "share: [1]", "It is a mapping"),
    "one channel": (HEAD + "channels: {type: Channel, name: a}", "Write 'name: {type: ...}'"),
    "two names": (HEAD + "channels: {a: {type: Channel, name: b}}", "Its key is 'a'"),
    "array rank": (
        HEAD + "channels: {a: {type: Channel, nodes: 3 keV}}",
        "channels.a.nodes: got '3 keV'. It is an array of shape [node].",
    ),
    "scalar rank": ("mass: [1 kg]\nsite: {baseline: 20 m}", "an array of shape [1]. It is one number."),
    "ragged": (HEAD + "channels: {a: {type: Channel, table: [[1, 2], [3]]}}", "rows of different lengths"),
    "fixed size": (HEAD + "channels: {a: {type: Channel, table: [[1, 2, 3]]}}", "shape [node 2]"),
    "axes": (HEAD + "channels: {a: {type: Channel, nodes: [1 keV, 2 keV, 3 keV], weights: [1, 2]}}", "'nodes' has 3"),
    "union": (HEAD + "smear: [1, 2]", "It is an energy or an Interaction"),
    "foreign": (HEAD + "extra: {type: 'os:system'}", "this file is not trusted; nothing was imported"),
    "foreign in short": (HEAD + "extra: os:system", "this file is not trusted; nothing was imported"),
    "foreign nonsense": (HEAD + "extra: {type: 'os.system(1):x y'}", "'module:Class'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_trees_are_one_sentence(case):
    text, part = WRONG[case]
    with pytest.raises(InputError) as error:
        build(text, Detector)
    assert part in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_foreign_code_is_not_even_imported():
    code = (
        "import sys; sys.path.insert(0, 'tests/toys'); from io_toys import Detector\n"
        "from ontarget.io import structure, parse_yaml\n"
        "from ontarget.ground.errors import InputError\n"
        "text = 'mass: 1 kg\\nsite: {baseline: 1 m}\\nextra: {type: \"wave:open\"}'\n"
        "try: structure(Detector, parse_yaml(text, 'f'))\n"
        "except InputError as error: print(error)\n"
        "assert 'wave' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=100)
    assert "not trusted" in done.stdout


@pytest.mark.parametrize(
    "name", ["os:system", "io_toys:Channel", "io_toys:AbstractInteraction", "no_such_module:X", "io_toys:X"]
)
def test_trusted_code_must_be_of_the_family(name):
    with pytest.raises(InputError) as error:
        build(HEAD + f"extra: {{type: '{name}'}}", Detector, trust=True)
    assert len(str(error.value).splitlines()) == 1


def test_trusted_code_of_the_family_is_taken():
    noun = build(HEAD + "extra: {type: 'io_toys:Modified', coupling: 2}", Detector, trust=True).noun
    assert isinstance(noun.extra, Modified)


def test_an_abstract_top_level():
    assert isinstance(build("type: Standard", AbstractInteraction).noun, Standard)
    assert isinstance(build("type: Channel\nname: a", AbstractChannel).noun, Channel)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(["1 kg", "1 m", "Standard"])
)
FIELDS = ["mass", "site", "channels", "extra", "edges", "smear", "pair", "share", "labels"]
KEYS = st.sampled_from([*FIELDS, "type", "value", "values", "unit", "cite", "name", "baseline", "table", "nodes"])
TREES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4))
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["mass", "site", "channels", "extra", "edges", "smear", "pair", "share", "labels"]), TREES
    )
)
def test_any_tree_gives_a_noun_or_a_sentence(data):
    tree = Tree({"mass": "1 kg", "site": {"baseline": "1 m"}, **data})
    found = outcome(lambda: structure(Detector, tree))
    assert isinstance(found, Structured) or len(str(found).splitlines()) == 1
