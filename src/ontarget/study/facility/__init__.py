"""Questions about a facility: yields, thresholds, timing, distances, backgrounds, quenching."""
