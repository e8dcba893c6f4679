"""Decays of mesons and muons in flight, drawn or sent to a detector."""
