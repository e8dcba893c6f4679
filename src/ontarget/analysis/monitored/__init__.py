"""What is measured on a beam whose mesons are counted by their leptons: its flux, its rates, cross-sections."""
