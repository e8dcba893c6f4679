"""Questions about designs: what to change, within which limits, for which figure of merit."""
