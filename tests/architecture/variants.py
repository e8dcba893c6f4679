"""Experiments of the catalog that are others with other numbers: the test in other base units leaves them out."""

# by the ends of their names; their classes are tried in the rest, their numbers in the regression tests
VARIANTS = (
    *("_release", "_fitted_quenching", "nuscope_lar", "_face", "_water", "_tagged", "_short_baseline", "_varied"),
    *("ess_argon", "ess_silicon", "ess_xenon", "ess_germanium", "ess_c3f8", "cenns10_note"),
    *("coherent_csi_2017", "pip2_bar_100t_electrons", "nuscope_range_meter"),
    *("pip2_bar_upgrade_100t", "pip2_rcs_100t", "ccm_near", "_far", "cenns_750", "cenns10_projection"),
)

# the dearest: the line from the protons on, the counters on the tunnel's wall; left to `make test-long`
DEAREST = ("nuscope_lar_line", "nuscope_tunnel")
