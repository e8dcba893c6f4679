"""Questions about a beam: fluxes, monitoring, tagging, trackers, cross-sections."""
