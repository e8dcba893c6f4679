"""The six neutrino flavours: the order of every flavour axis, and how figures write them."""

FLAVOURS = ("nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau")
FAMILY = (0, 1, 2, 0, 1, 2)
"""Index of the lepton family (e, mu, tau) of each flavour."""

LATEX = {
    "nu_e": r"$\nu_e$",
    "nu_mu": r"$\nu_\mu$",
    "nu_tau": r"$\nu_\tau$",
    "nubar_e": r"$\bar\nu_e$",
    "nubar_mu": r"$\bar\nu_\mu$",
    "nubar_tau": r"$\bar\nu_\tau$",
}
UNICODE = {
    "nu_e": "νₑ",
    "nu_mu": "ν_μ",
    "nu_tau": "ν_τ",
    "nubar_e": "ν̄ₑ",
    "nubar_mu": "ν̄_μ",
    "nubar_tau": "ν̄_τ",
}
