"""Answers about oscillations: sterile searches, short and long baselines."""
