"""Catalog, `use:`, overrides, digests: on a small catalog made for the purpose."""

import pytest
from io_toys import Detector, Experiment, Modified, Standard

from ontarget.ground import units as u
from ontarget.ground.errors import InputError
from ontarget.io import catalog
from ontarget.io.load import load, load_tree

FILES = {
    "detectors/csi.yaml": """\
mass: {value: 14.6 kg, cite: Akimov:2021dab}
site: {baseline: 19.3 m, depth: 8 m}
material: CsI
extra: {type: Modified, coupling: 0.5, size: 5 fm}
channels:
  one: {type: Channel}
edges: [1 m, 2 m]
""",
    "detectors/argon.yaml": "use: csi\nmass: 24 kg\nmaterial: Ar\nsite: {baseline: 27.5 m}\n",
    "detectors/far.yaml": "use: detectors/argon\nsite: {use: sources/place}\nextra: {type: Standard}\n",
    "sources/place.yaml": "baseline: 100 m\n",
    "sources/csi.yaml": "baseline: 1 m\n",
    "sources/circle.yaml": "a: {use: sources/square}\n",
    "sources/square.yaml": "use: sources/circle\n",
    "sources/escape.yaml": "use: /etc/passwd.yaml\n",
    "experiments/toy.yaml": "name: toy\ndetector: {use: detectors/csi, channels: {two: {type: Channel}}}\n",
    "experiments/foreign.yaml": "name: x\ndetector: {use: detectors/csi, extra: {type: 'io_toys:Standard'}}\n",
}


@pytest.fixture(autouse=True)
def small_catalog(tmp_path, monkeypatch):
    root = tmp_path / "catalog"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    # detectors/argon uses the bare name 'csi', which two kinds have
    (root / "detectors/argon.yaml").write_text(FILES["detectors/argon.yaml"].replace("use: csi", "use: detectors/csi"))
    monkeypatch.setattr(catalog, "ROOT", root)
    return tmp_path


def test_entries_and_find(small_catalog):
    assert catalog.entries("detectors") == ("argon", "csi", "far")
    assert catalog.entries("studies") == ()
    assert catalog.find("toy") == catalog.ROOT / "experiments/toy.yaml"
    assert catalog.find("detectors/csi").name == "csi.yaml"
    assert catalog.find("csi", kinds=("sources",)).parent.name == "sources"
    assert catalog.find("some/where.yaml").name == "where.yaml"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("csi", "It is in sources and in detectors"),
        ("argn", "Did you mean 'argon'?"),
        ("detector/csi", "Did you mean 'detectors'?"),
        ("detectors/../sources/place", "no such kind"),
        ("zzzzzz", "ontarget list"),
        ("", "no such entry"),
        ("a\nb", "no such entry"),
        ("a\0b/c", "no such kind"),
    ],
)
def test_unknown_names(name, part):
    with pytest.raises(InputError) as error:
        catalog.find(name)
    assert part in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_unknown_kind():
    with pytest.raises(InputError, match="Did you mean 'detectors'"):
        catalog.entries("detector")


def test_use_lays_local_keys_on_top():
    loaded = load(Detector, "argon")
    assert float(loaded.noun.mass) == pytest.approx(24 * u.kg)
    assert float(loaded.noun.site.baseline) == pytest.approx(27.5 * u.m)
    assert float(loaded.noun.site.depth) == pytest.approx(8 * u.m)  # from below
    assert isinstance(loaded.noun.extra, Modified)
    assert loaded.provenance["mass"].cite == ()  # the new mass is not what the old citation says
    assert loaded.provenance["mass"].file == "catalog/detectors/argon.yaml"
    assert loaded.provenance["site.depth"].file == "catalog/detectors/csi.yaml"
    assert loaded.provenance["site.depth"].line == 2


def test_another_type_or_use_replaces():
    noun = load(Detector, "far").noun
    assert isinstance(noun.extra, Standard)
    assert float(noun.site.baseline) == pytest.approx(100 * u.m)
    assert noun.site.depth is None


def test_names_are_merged():
    assert [one.name for one in load(Experiment, "toy").noun.detector.channels] == ["one", "two"]


def test_a_list_where_it_is_asked_for(small_catalog):
    (small_catalog / "list.yaml").write_text("- {use: sources/place}\n- b\n")
    assert load_tree(small_catalog / "list.yaml", top=list).data == [{"baseline": "100 m"}, "b"]
    with pytest.raises(InputError, match="must be a mapping"):
        load_tree(small_catalog / "list.yaml")


def test_circles_are_refused():
    with pytest.raises(InputError, match="a circle of 'use'") as error:
        load_tree("circle")
    assert len(str(error.value).splitlines()) == 1


def test_the_catalog_uses_only_itself():
    with pytest.raises(InputError, match="The catalog uses only itself"):
        load_tree("escape")


def test_files_of_the_user(small_catalog):
    (small_catalog / "base.yaml").write_text("use: detectors/csi\nmass: 3 kg\n")
    mine = small_catalog / "mine.yaml"
    mine.write_text("name: mine\ndetector:\n  use: base.yaml\n  modules: 7\n")
    loaded = load(Experiment, mine)
    assert loaded.noun.detector.modules == 7
    assert float(loaded.noun.detector.mass) == pytest.approx(3 * u.kg)
    assert loaded.path == mine
    for wrong in (
        "use: nowhere.yaml",
        "use: detectors/cs",
        "use: [1]",
        f"use: {mine}",
        "use: mine.yaml",
        "a: {use: mine.yaml}",
    ):
        mine.write_text(wrong)
        with pytest.raises(InputError) as error:
            load_tree(mine)
        assert len(str(error.value).splitlines()) == 1


def test_growth_by_use_is_bounded(small_catalog):
    (small_catalog / "f0.yaml").write_text("a: [" + "1," * 1000 + "]\n")
    for i in range(1, 5):
        (small_catalog / f"f{i}.yaml").write_text("".join(f"k{j}: {{use: f{i - 1}.yaml}}\n" for j in range(30)))
    with pytest.raises(InputError, match="larger tree"):
        load_tree(small_catalog / "f4.yaml")
    (small_catalog / "g0.yaml").write_text("a: 1\n")
    for i in range(1, 60):
        (small_catalog / f"g{i}.yaml").write_text(f"a: {{b: {{use: g{i - 1}.yaml}}}}\nc: {{use: g{i - 1}.yaml}}\n")
    with pytest.raises(InputError, match="deeper nesting"):
        load_tree(small_catalog / "g59.yaml")


def test_trust_is_for_our_files_and_for_the_asking(small_catalog):
    assert isinstance(load(Experiment, "foreign").noun.detector.extra, Standard)
    mine = small_catalog / "mine.yaml"
    mine.write_text(FILES["experiments/foreign.yaml"])
    with pytest.raises(InputError, match=r"mine\.yaml line 2, detector\.extra\.type.*not trusted"):
        load(Experiment, mine)
    assert isinstance(load(Experiment, mine, trust=True).noun.detector.extra, Standard)
    with pytest.raises(InputError, match=r"--set detector\.extra\.type.*not trusted"):
        load(Experiment, "toy", set={"detector.extra": "{type: 'io_toys:Standard'}"})


def test_overrides():
    noun = load(
        Experiment,
        "toy",
        set={
            "detector.mass": "3 kg",
            "detector.site.baseline": "25 m",
            "detector.extra": {"type": "Standard"},
            "detector.modules": "4",
            "detector.edges.1": "7 m",
            "detector.channels.one.threshold": "3 keV",
            "exposure.duration": "2 yr",
            "detector.material": "Ar",
        },
    ).noun
    detector = noun.detector
    assert float(detector.mass) == pytest.approx(3 * u.kg)
    assert float(detector.site.baseline) == pytest.approx(25 * u.m)
    assert float(detector.site.depth) == pytest.approx(8 * u.m)
    assert isinstance(detector.extra, Standard)
    assert detector.modules == 4
    assert float(detector.edges[1]) == pytest.approx(7 * u.m)
    assert float(detector.channels[0].threshold) == pytest.approx(3 * u.keV)
    assert float(noun.exposure.duration) == pytest.approx(2 * u.year)


@pytest.mark.parametrize("address", ["detector.mass", "detector.mass.value"])
def test_a_new_value_drops_the_old_citation(address):
    before = load(Experiment, "toy")
    after = load(Experiment, "toy", set={address: "3 kg"})
    assert before.provenance["detector.mass"].cite == ("Akimov:2021dab",)
    assert after.provenance["detector.mass"].cite == ()
    assert after.provenance["detector.mass"].file == "--set"
    assert float(after.noun.detector.mass) == pytest.approx(3 * u.kg)


def test_overrides_by_mapping_merge_and_by_use_replace():
    merged = load(Experiment, "toy", set={"detector.extra": {"type": "Modified", "coupling": 2}})
    assert float(merged.noun.detector.extra.size) == pytest.approx(5 * u.fm)
    replaced = load(Experiment, "toy", set={"detector.site": {"use": "sources/place"}})
    assert replaced.noun.detector.site.depth is None


@pytest.mark.parametrize(
    ("address", "value", "part"),
    [
        (
            "detector.site.baselin", "25 m",
            "--set detector.site.baselin: got an unknown key. Site has none such. Did you mean 'baseline'?",
        ),
        ("detector.site.baseline", "25 kg", "--set detector.site.baseline: got '25 kg', a mass."),
        ("detector.site.baseline", 25, "with no unit"),
        ("detector.site.baseline", float("nan"), "--set"),
        ("detector.site.baseline", "{a: [", "--set"),
        ("detector.site.baseline", object(), "--set"),
        ("detector.material.formula", "Ar", "detector.material is 'CsI', and has no keys"),
        ("detector.edges.2", "1 m", "a list of 2"),
        ("detector.edges.x", "1 m", "a list of 2"),
        ("detector..mass", "1 kg", "the address"),
        ("", "1 kg", "the address"),
        ("detectr.mass", "1 kg", "Did you mean 'detector'?"),
    ],
)  # fmt: skip
def test_wrong_overrides(address, value, part):
    with pytest.raises(InputError) as error:
        load(Experiment, "toy", set={address: value})
    assert part in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_digest(small_catalog):
    first, second, third = (small_catalog / f"{name}.yaml" for name in "abc")
    channels = "channels: {{{}: {{type: Channel}}, {}: {{type: Channel}}}}\n"
    first.write_text("mass: 1 kg\nsite: {baseline: 1 m}\n" + channels.format("x", "y"))
    second.write_text("site: {baseline: 1 m}\n" + channels.format("x", "y") + "mass: 1 kg # comment\n")
    third.write_text("mass: 1 kg\nsite: {baseline: 1 m}\n" + channels.format("y", "x"))
    digests = [load(Detector, one).digest for one in (first, second, third)]
    assert digests[0] == digests[1]  # the order of fields means nothing
    assert digests[0] != digests[2]  # the order of channels does
    assert load(Detector, first, set={"mass": "2 kg"}).digest != digests[0]
    assert len(digests[0]) == 64
