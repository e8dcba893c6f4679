"""Answers about a beam: fluxes by origin, entrance, rings around the axis."""
