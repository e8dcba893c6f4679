"""Answers about a facility: expected counts, thresholds, distances, times, yields."""
