"""Overrides of the catalog's own entries."""

from ontarget.io.entry import load_experiment


def test_a_noun_with_a_field_called_value_is_no_number():
    """'value' of a `ConstantQuenching` is one of its fields: to set it leaves the noun what it is."""
    address = "detector.backgrounds.steady_state.scale.quenching"
    found = load_experiment("ess_csi", {f"{address}.value": 0.07}).noun
    assert float(found.detector.backgrounds[0].scale.quenching.value) == 0.07
    merged = load_experiment("ess_csi", {address: {"value": 0.08}}).noun
    assert float(merged.detector.backgrounds[0].scale.quenching.value) == 0.08
