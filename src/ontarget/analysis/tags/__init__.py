"""Neutrinos tagged one by one: how many, how rightly, how well their energies are known, and what that hangs on."""
