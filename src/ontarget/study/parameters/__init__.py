"""Questions about parameters: bounds, planes, profiles, limits, posteriors, measurements."""
