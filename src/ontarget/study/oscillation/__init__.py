"""Questions about oscillations: short baselines, long baselines, a fourth neutrino."""
