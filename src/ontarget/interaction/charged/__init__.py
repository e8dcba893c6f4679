"""Charged currents: cross-sections, lepton spectra, and what the nucleus does to the lepton."""
