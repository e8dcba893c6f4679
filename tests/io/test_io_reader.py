"""Files in other formats where an entry may stand in YAML: the same object as from Python, and one sentence if not."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest

from ontarget.beam.line import Beamline
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.interaction.charged.charged_current import ChargedCurrent
from ontarget.io import digest, load_tree, structure
from ontarget.io.formats.cross_section_file import read_cross_section
from ontarget.io.formats.flux_file import flux_of_text
from ontarget.io.formats.madx import read_madx
from ontarget.io.reader import READERS
from ontarget.source import AbstractSource

LATTICE = "beam, pc=8.5; q: quadrupole, l=1.2, k1=0.1; d: drift, l=2; one: line=(q, d); two: line=(d, q, d);"
SIGMA = "# E [GeV]  sigma [1e-38 cm^2]\n1 0.7\n2 1.4\n10 7\n"
FLUX = "0 1 5 0.1\n1 3 4 0.2\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "line.madx").write_text(LATTICE)
    (tmp_path / "sigma.txt").write_text(SIGMA)
    (tmp_path / "flux.txt").write_text(FLUX)
    return tmp_path


def built(folder, cls, text):
    (folder / "entry.yaml").write_text(text)
    tree = load_tree(folder / "entry.yaml", None, ())
    return structure(cls, tree), tree


def test_a_line_of_a_madx_file(folder):
    found, _ = built(folder, Beamline, "type: MadX\nfile: line.madx\nline: two\nmomentum: 5 GeV/c\n")
    assert eqx.tree_equal(found.noun, read_madx(folder / "line.madx", "two", 5 * GeV))
    assert float(found.noun.length / m) == pytest.approx(5.2)


def test_a_cross_section_by_its_flavour(folder):
    text = "flavours:\n  nu_mu: {type: CrossSectionFile, file: sigma.txt, nucleons: 40}\nexcess: 0.1\n"
    found, _ = built(folder, ChargedCurrent, text)
    assert eqx.tree_equal(found.noun.flavours[0], read_cross_section(folder / "sigma.txt", "nu_mu", 40.0))


def test_a_flux_in_columns(folder):
    text = (
        "type: FluxColumns\nfile: flux.txt\ncolumns: {nu_mu: 2, nu_e: 3}\n"
        "energy_unit: GeV\nunit: 1/m^2\ndistance: 100 m\nhighest: 400 GeV\n"
    )
    found, _ = built(folder, AbstractSource, text)
    ours = flux_of_text(folder / "flux.txt", {"nu_mu": 2, "nu_e": 3}, "GeV", "1/m^2", 100 * m, 400 * GeV)
    assert eqx.tree_equal(found.noun, ours)
    np.testing.assert_allclose(found.noun.flavours[0].values * m**2, [5, 4])


def test_what_is_in_the_file_is_in_the_digest(folder):
    text = "type: MadX\nfile: line.madx\nline: one\n"
    first, tree = built(folder, Beamline, text)
    (folder / "line.madx").write_text(LATTICE.replace("0.1", "0.2"))
    second, again = built(folder, Beamline, text)
    assert digest(tree, first.ordered, first.tables) != digest(again, second.ordered, second.tables)
    assert first.provenance[""].source == "line.madx"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("type: MadX\n", "file.*It is the name of a file"),
        ("type: MadX\nfile: none.madx\n", "Check the name and the folder"),
        ("type: MadX\nfile: line.madx\nlin: one\n", "an unknown key. MadX has none such. Did you mean 'line'"),
        ("type: MadX\nfile: line.madx\nline: one\nmomentum: 5 m\n", "It must be a momentum|It must be an energy"),
        ("type: MadX\nfile: line.madx\nline: [one]\n", "It is a text"),
        ("type: MadX\nfile: line.madx\nline: three\n", "three"),
        ("type: MadX\nfile: /etc/hostname\n", "relative to this file"),
        ("type: GENIESplines\nfile: line.madx\n", "It reads a file that holds a ChargedCurrent"),
    ],
)
def test_what_is_refused(folder, text, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        built(folder, Beamline, text)
    assert "entry.yaml" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_key_that_is_needed(folder):
    with pytest.raises(InputError, match=r"no 'columns'\. FluxColumns needs it"):
        built(folder, AbstractSource, "type: FluxColumns\nfile: flux.txt\n")


def test_every_reader_names_a_class():
    from ontarget.ground.noun import Noun
    from ontarget.io.kind import finals

    assert {one.makes for one in READERS.values()} <= set(finals(Noun))
    assert not set(READERS) & set(finals(Noun)), "a type is a class or a reader"
