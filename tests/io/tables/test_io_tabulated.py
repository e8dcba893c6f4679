"""Numbers out of tables: columns and histograms, who is cited, what is hashed, and every wrong mapping."""

import itertools
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from io_toys import Channel
from release_toys import GOOD, fill, shelve

from ontarget.ground.errors import InputError
from ontarget.ground.units import ENERGY, NUMBER, keV
from ontarget.io import load
from ontarget.io.bibliography import keys_of
from ontarget.io.number import read_number
from ontarget.io.release import MIRROR, MissingRelease
from ontarget.io.tables.tabulated import KEYS
from ontarget.io.yaml import Mark, Tree, parse_yaml

EVENTS = [  # energy, time
    (5.9, 0.1),
    (6.0, 0.0),
    (7.9, 0.49),
    (8.0, 0.5),
    (8.0, 0.3),
    (9.99, 5.99),
    (10.0, 1.0),
    (7.0, 6.0),
    (7.0, -0.01),
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    shelve(tmp_path, monkeypatch)
    fill(tmp_path / "mirror" / "toy-folder")
    monkeypatch.setenv(MIRROR, str(tmp_path / "mirror"))
    (tmp_path / "events.txt").write_text("\n".join(f"{energy} {time}" for energy, time in EVENTS))
    (tmp_path / "grid.txt").write_text("\n".join(f"{a} {b} {c} {100 * a + 10 * b + c}" for a, b, c in GRID))
    return tmp_path


GRID = list(itertools.product(range(2), range(3), range(4)))


def read(text: str, folder=None, dimension=NUMBER):
    """The record of a mapping, in a file that lies in a folder."""
    tree = parse_yaml(text, "my.yaml", None if folder is None else folder / "my.yaml")
    return read_number(tree, tree.data, (), dimension)


def test_a_column():
    found = read("{release: toy, file: counts.txt, column: 1, cite: Mine:2020aa, note: as given}")
    assert found.value == [4.0, 5.0]
    assert found.cite == ("Mine:2020aa", "Toy:2001aa")
    assert found.note == "as given"
    assert found.source == "toy/counts.txt"
    assert found.text == "toy/counts.txt column 1"
    assert (found.file, found.line) == ("my.yaml", 1)
    assert len(found.sha256) == 64


def test_units_and_factors():
    found = read("{release: plaything, file: counts.txt, column: 0, unit: keV, times: 2.5}", dimension=ENERGY)
    np.testing.assert_allclose(found.value, [2.5 * keV, 7.5 * keV], rtol=1e-15)
    assert "keV times 2.5" in found.text
    assert read("{release: toy, file: counts.txt, column: 1, times: 50 %}").value == [2.0, 2.5]


def test_rows_and_a_selection(folder):
    assert read("{file: grid.txt, column: 3, rows: [0, 1]}", folder).value == [0.0, 1.0]
    within = "within: [{column: 0, start: 1, stop: 2}, {column: 2, start: 2, stop: 3}]"
    assert read(f"{{file: grid.txt, column: 3, {within}}}", folder).value == [102.0, 112.0, 122.0]
    assert read(f"{{file: grid.txt, column: 3, rows: [0, 18], {within}}}", folder).value == [102.0, 112.0]


def test_events_are_counted_in_half_open_bins(folder):
    over = "over: [{column: 1, start: 0, stop: 6, bins: 12}, {column: 0, edges: [6, 8, 10]}]"
    found = np.array(read(f"{{file: events.txt, {over}}}", folder).value)
    assert found.shape == (12, 2)
    expected = np.zeros((12, 2))
    expected[0] = [2, 1]
    expected[1, 1] = expected[11, 1] = 1
    np.testing.assert_array_equal(found, expected)


def test_a_column_is_added_up_and_the_rest_summed_away(folder):
    found = read("{file: grid.txt, sum: 3, over: [{column: 1, start: 0, stop: 3, bins: 3}], times: 2}", folder)
    expected = [2 * sum(100 * a + 10 * b + c for a, b, c in GRID if b == wanted) for wanted in range(3)]
    assert found.value == expected
    assert found.text == "grid.txt column 3 added up in 3 bins times 2"


def test_a_product_of_axes_is_flattened_the_first_slowest(folder):
    axes = [
        f"{{column: {column}, start: -0.5, stop: {bins - 0.5}, bins: {bins}}}" for column, bins in enumerate((2, 3, 4))
    ]
    cube = np.array(read(f"{{file: grid.txt, sum: 3, over: [{', '.join(axes)}]}}", folder).value)
    np.testing.assert_array_equal(cube.ravel(), [100 * a + 10 * b + c for a, b, c in GRID])
    flat = np.array(read(f"{{file: grid.txt, sum: 3, over: [{axes[2]}, [{axes[0]}, {axes[1]}]]}}", folder).value)
    np.testing.assert_array_equal(flat, np.moveaxis(cube, 2, 0).reshape(4, 6))


@given(
    st.lists(st.tuples(st.floats(-2, 8), st.floats(-2, 8)), min_size=1, max_size=30),
    st.integers(1, 7),
)
def test_counting_agrees_with_numpy(rows, bins):
    from ontarget.io.tables.table import Table
    from ontarget.io.tables.tabulated import _Reader

    values = np.array(rows)
    tree = parse_yaml(
        f"{{file: x, over: [{{column: 0, start: 0, stop: 6, bins: {bins}}}, {{column: 1, edges: [-1, 0.5, 7]}}]}}",
        "x.yaml",
    )
    found = _Reader(tree, tree.data, ()).histogram(Table("x", values, ""), np.ones(len(values), dtype=bool))
    inside = values[(values[:, 0] < 6) & (values[:, 1] < 7)]  # numpy's last bin is closed
    edges = [6 * k / bins for k in range(bins + 1)]
    np.testing.assert_array_equal(found, np.histogram2d(*inside.T, bins=(edges, [-1, 0.5, 7]))[0])


@given(st.integers(1, 500), st.integers(1, 50))
def test_an_event_on_an_edge_is_above_it(bins, stop):
    """Decimal edges: a value written with the same digits as an edge lies in the bin that begins there."""
    from ontarget.io.tables.tabulated import _Reader

    tree = parse_yaml(f"{{file: x, over: [{{column: 0, start: 0, stop: {stop}, bins: {bins}}}]}}", "x.yaml")
    edges = _Reader(tree, tree.data, ()).edges(tree.data["over"][0], "over", 0)
    written = np.array([float(stop * k / bins) for k in range(bins + 1)])  # correctly rounded quotients
    np.testing.assert_array_equal(edges, written)


# ---------------------------------------------------------------------- in a noun

TOY = """\
name: toy
nodes: {release: toy, file: counts.txt, column: 0, unit: keV}
weights: {release: toy, file: counts.txt, column: 1}
table: {release: toy, file: shape+1.txt, sum: 2, over: [{column: 0, edges: [0, 2, 4]}, {column: 1, edges: [0, 0.5, 1]}]}
"""


def write(folder, text=TOY):
    path = folder / "my.yaml"
    path.write_text(text)
    return path


def test_a_noun_with_tables(folder):
    loaded = load(Channel, write(folder))
    np.testing.assert_allclose(loaded.noun.nodes, [1 * keV, 3 * keV], rtol=1e-15)
    np.testing.assert_array_equal(loaded.noun.table, [[0.5, 0], [0, 0.25]])
    assert "Toy:2001aa" in keys_of(loaded.noun, loaded.provenance)
    assert loaded.provenance["table"].source == "toy/shape+1.txt"
    assert loaded.provenance["table"].line == 4


def test_an_array_of_the_wrong_rank_or_length(folder):
    with pytest.raises(InputError, match=r"my\.yaml line 2, nodes: got an array of shape \[2, 1\]"):
        load(
            Channel,
            write(
                folder,
                TOY.replace(
                    "column: 0, unit", "over: [{column: 0, edges: [0, 1, 9]}, {column: 1, edges: [0, 9]}], unit"
                ),
            ),
        )
    with pytest.raises(InputError, match="'node'"):
        load(Channel, write(folder, TOY.replace("column: 1}", "column: 1, rows: [0, 0]}", 1)))
    with pytest.raises(InputError, match="threshold: got an array of shape"):
        load(Channel, write(folder, TOY + "threshold: {release: toy, file: counts.txt, column: 0, unit: keV}\n"))


def test_the_digest_knows_the_content_and_not_the_place(folder, monkeypatch):
    first = load(Channel, write(folder)).digest
    shutil.move(folder / "mirror", folder / "elsewhere")
    with pytest.raises(MissingRelease, match="ontarget data get toy"):
        load(Channel, write(folder))
    monkeypatch.setenv(MIRROR, str(folder / "elsewhere"))
    assert load(Channel, write(folder)).digest == first
    assert load(Channel, write(folder, TOY.replace("column: 1", "column: 0"))).digest != first
    # a file of one's own may change under the same name
    mine = TOY.replace("weights: {release: toy, file: counts.txt", "weights: {file: mine.txt")
    digests = []
    for content in (b"1 2\n3 4\n", b"1 2\n3 5\n", b"1 2\n3 4\n"):
        (folder / "mine.txt").write_bytes(content)
        digests.append(load(Channel, write(folder, mine)).digest)
    assert digests[0] == digests[2] != digests[1]


def test_a_table_is_replaced_whole(folder):
    (folder / "base.yaml").write_text(TOY)
    lies = write(folder, "use: base.yaml\nweights: {release: toy, file: shape+1.txt, column: 2}\n")
    np.testing.assert_array_equal(load(Channel, lies).noun.weights, [0.5, 0.25])
    # and a setting may change one key of it, or all
    path = write(folder)
    np.testing.assert_array_equal(load(Channel, path, {"weights.times": "3"}).noun.weights, [12, 15])
    np.testing.assert_array_equal(load(Channel, path, {"weights": "[1, 2]"}).noun.weights, [1, 2])
    np.testing.assert_array_equal(
        load(Channel, path, {"weights": "{release: toy, file: counts.txt, column: 0}"}).noun.weights, [1, 3]
    )


def test_files_of_ones_own_lie_beside_the_yaml(folder):
    inner = folder / "inner"
    inner.mkdir()
    (inner / "mine.txt").write_text("7 8\n9 10\n")
    (inner / "part.yaml").write_text("name: part\nweights: {file: mine.txt, column: 1}\n")
    loaded = load(Channel, write(folder, "use: inner/part.yaml\n"))
    np.testing.assert_array_equal(loaded.noun.weights, [8, 10])
    assert loaded.provenance["weights"].source == "mine.txt"
    (folder / "up.txt").write_text("1\n2\n")
    (inner / "part.yaml").write_text("name: part\nweights: {file: ../up.txt, column: 0}\n")
    np.testing.assert_array_equal(load(Channel, inner / "part.yaml").noun.weights, [1, 2])


def test_the_catalog_reads_releases_only(folder):
    file = folder / "catalog" / "detectors" / "one.yaml"
    tree = Tree({"file": "mine.txt", "column": 0}, {(): Mark("catalog/detectors/one.yaml", file, 1)})
    with pytest.raises(InputError, match="The catalog reads releases only"):
        read_number(tree, tree.data, (), NUMBER)


# ---------------------------------------------------------------------- what is wrong

AXIS = "{column: 0, start: 0, stop: 6, bins: 12}"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{release: toi, file: counts.txt, column: 0}", "Did you mean 'toy'?"),
        ("{release: 3, file: counts.txt, column: 0}", "release"),
        ("{release: toy, file: count.txt, column: 0}", "Did you mean 'counts.txt'?"),
        ("{release: toy, file: 3, column: 0}", "name of a file"),
        ("{release: toy, file: ../toy.yaml, column: 0}", "no such file"),
        ("{release: toy, file: counts.txt}", "'column' and 'over'"),
        ("{release: toy, file: counts.txt, sum: 1}", "'column' and 'over'"),
        (f"{{release: toy, file: counts.txt, column: 1, over: [{AXIS}]}}", "'column' and 'over'"),
        ("{release: toy, file: counts.txt, colum: 1}", "Did you mean 'column'?"),
        ("{release: toy, file: counts.txt, column: 2}", "toy/counts.txt has 2 columns"),
        ("{release: toy, file: counts.txt, column: -1}", "counted from 0"),
        ("{release: toy, file: counts.txt, column: 1.0}", "counted from 0"),
        ("{release: toy, file: counts.txt, column: true}", "counted from 0"),
        ("{release: toy, file: counts.txt, column: weight}", "counted from 0"),
        ("{release: toy, file: counts.txt, column: 1, unit: keV}", "dimensionless"),
        ("{release: toy, file: counts.txt, column: 1, unit: 3}", "A unit is a text"),
        ("{release: toy, file: counts.txt, column: 1, times: 2 keV}", "dimensionless"),
        ("{release: toy, file: counts.txt, column: 1, times: [1]}", "times"),
        ("{release: toy, file: counts.txt, column: 1, times: 1e308}", "infinite"),
        ("{release: toy, file: counts.txt, column: 1, cite: [1]}", "citation"),
        ("{release: toy, file: counts.txt, column: 1, rows: [0, 2]}", "has 2, counted from 0"),
        ("{release: toy, file: counts.txt, column: 1, rows: [1, 0]}", "rows"),
        ("{release: toy, file: counts.txt, column: 1, rows: 1}", "rows"),
        ("{release: toy, file: counts.txt, column: 1, rows: [0, true]}", "rows"),
        ("{release: toy, file: counts.txt, column: 1, within: []}", "within"),
        ("{release: toy, file: counts.txt, column: 1, within: [{column: 0, start: 50, stop: 60}]}", "no row"),
        (f"{{release: toy, file: counts.txt, column: 1, within: [{AXIS}]}}", "unknown key"),
        ("{release: toy, file: counts.txt, over: []}", "list of axes"),
        (f"{{release: toy, file: counts.txt, over: {AXIS}}}", "list of axes"),
        ("{release: toy, file: counts.txt, over: [[]]}", "at least one axis"),
        ("{release: toy, file: counts.txt, over: [3]}", "It is an axis"),
        (f"{{release: toy, file: counts.txt, over: [[[{AXIS}]]]}}", "It is an axis"),
        ("{release: toy, file: counts.txt, over: [{column: 0, start: 0, stop: 6}]}", "no 'bins'"),
        ("{release: toy, file: counts.txt, over: [{start: 0, stop: 6, bins: 3}]}", "no 'column'"),
        ("{release: toy, file: counts.txt, over: [{column: 0, start: 0, stop: 6, bin: 3}]}", "Did you mean 'bins'?"),
        ("{release: toy, file: counts.txt, over: [{column: 5, start: 0, stop: 6, bins: 3}]}", "has 2 columns"),
        ("{release: toy, file: counts.txt, over: [{column: 0, start: 6, stop: 6, bins: 3}]}", "above start"),
        ("{release: toy, file: counts.txt, over: [{column: 0, start: 0, stop: 6 us, bins: 3}]}", "table's own unit"),
        ("{release: toy, file: counts.txt, over: [{column: 0, start: 0, stop: 6, bins: 0}]}", "whole number"),
        ("{release: toy, file: counts.txt, over: [{column: 0, start: 0, stop: 6, bins: 1e9}]}", "whole number"),
        ("{release: toy, file: counts.txt, over: [{column: 0, edges: [1]}]}", "numbers that go up"),
        ("{release: toy, file: counts.txt, over: [{column: 0, edges: [1, 1]}]}", "numbers that go up"),
        ("{release: toy, file: counts.txt, over: [{column: 0, edges: [1, a]}]}", "numbers that go up"),
        ("{release: toy, file: counts.txt, over: [{column: 0, edges: [1, 2], bins: 1}]}", "unknown key"),
        (f"{{release: toy, file: counts.txt, sum: 7, over: [{AXIS}]}}", "has 2 columns"),
        (
            "{release: toy, file: counts.txt, over: [{column: 0, start: 0, stop: 6, bins: 2000},"
            " {column: 1, start: 0, stop: 6, bins: 2000}]}",
            "at most 1000000 bins",
        ),
        ("{file: nowhere.txt, column: 0}", "nowhere.txt: got no such file"),
        ("{file: ragged.txt, column: 0}", "ragged.txt line 2"),
        ("{file: .., column: 0}", "folder"),
        ("{file: '', column: 0}", "name of a file"),
        ('{file: "a\\0b", column: 0}', "name of a file"),
        ("{file: /dev/zero, column: 0}", "relative"),
    ],
)
def test_what_is_wrong_is_one_sentence(text, word, folder):
    (folder / "ragged.txt").write_text("1 2\n3\n")
    with pytest.raises(InputError) as error:
        read(text, folder)
    said = str(error.value)
    assert word in said
    assert len(said.splitlines()) == 1
    assert len(said) < 600


def test_a_dimension_wants_a_unit():
    with pytest.raises(InputError, match="with no 'unit'") as error:
        read("{release: toy, file: counts.txt, column: 0}", dimension=ENERGY)
    assert "unit: keV" in str(error.value)
    with pytest.raises(InputError, match="a mass"):
        read("{release: toy, file: counts.txt, column: 0, unit: kg}", dimension=ENERGY)


def test_a_file_with_another_content(folder):
    (folder / "mirror" / "toy-folder" / "counts.txt").write_bytes(GOOD["counts.txt"] + b"5, 6\n")
    with pytest.raises(InputError, match=r"counts\.txt: got \d+ bytes with md5"):
        read("{release: toy, file: counts.txt, column: 0}")


def test_the_keys_are_those_of_the_docstring():
    from ontarget.io.tables import tabulated

    assert all(key in tabulated.__doc__ for key in KEYS if key not in ("cite", "note"))


# ---------------------------------------------------------------------- the real releases, against what is printed

TIME, PE = "{column: 1, start: 0, stop: 6, bins: 12}", "{column: 0, start: 6, stop: 30, bins: 12}"
CUBE = (
    "over: [{column: 2, start: -0.1, stop: 4.9, bins: 10},"
    " [{column: 0, start: 0, stop: 120, bins: 12}, {column: 1, start: 0.5, stop: 0.9, bins: 8}]]"
)


@pytest.fixture
def real(mirror, monkeypatch):
    """The catalog as it is, with its mirror."""
    monkeypatch.undo()
    return mirror


@pytest.mark.parametrize(
    ("mapping", "shape", "total"),
    [
        (f"release: csi_2017, file: data_coincidence_beamOn.txt, sum: 2, over: [{TIME}, {PE}]", (12, 12), 547),
        (f"release: csi_2017, file: data_anticoincidence_beamOn.txt, sum: 2, over: [{TIME}, {PE}]", (12, 12), 405),
        (f"release: csi_2017, file: data_coincidence_beamOff.txt, sum: 2, over: [{TIME}, {PE}]", (12, 12), 209),
        (f"release: csi_2017, file: data_anticoincidence_beamOff.txt, sum: 2, over: [{TIME}, {PE}]", (12, 12), 207),
        ("release: csi_2021, file: dataBeamOnC.txt, over: [%s]", (12,), 1578),
        ("release: csi_2021, file: dataBeamOnAC.txt, over: [%s]", (12,), 1295),
        (f"release: lar_2020, file: datanobkgsub.txt, sum: 3, {CUBE}", (10, 96), 3752),
        (f"release: lar_2020, file: cevnspdf.txt, sum: 3, {CUBE}", (10, 96), 128),
        (f"release: lar_2020, file: brnpdf.txt, sum: 3, {CUBE}", (10, 96), 497),
    ],
)
def test_counts_of_the_releases(mapping, shape, total, real):
    below = "{column: 1, start: 0, stop: 6, bins: 12}], within: [{column: 0, start: 0, stop: 60}"
    found = np.array(read("{" + mapping.replace("%s", below) + "}").value)
    assert found.shape == shape
    assert found.sum() == pytest.approx(total, abs=1e-4)  # six digits are printed for each of 960 cells
