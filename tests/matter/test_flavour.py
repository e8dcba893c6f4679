"""The flavour axis."""

from ontarget.matter import FAMILY, FLAVOURS, LATEX, UNICODE


def test_order_is_neutrinos_then_antineutrinos_by_family():
    assert FLAVOURS == ("nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau")
    names = ("e", "mu", "tau")
    assert tuple(names.index(flavour.split("_")[1]) for flavour in FLAVOURS) == FAMILY


def test_every_flavour_has_its_own_label():
    for labels in (LATEX, UNICODE):
        assert tuple(labels) == FLAVOURS
        assert len(set(labels.values())) == 6
