"""ontarget: accelerator-neutrino facilities from protons on target to physics reach."""
