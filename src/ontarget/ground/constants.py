"""Fundamental constants in internal units, each with its source. Edition: CODATA 2018 and PDG 2024."""

from ontarget.ground.units import GeV, MeV, cm, fm, kg, m, ns, s

EDITION = "CODATA 2018 (Tiesinga:2021myr), PDG 2024 (ParticleDataGroup:2024cfk)"

c = 299792458.0 * m / s  # exact
hbar_c = 197.3269804 * MeV * fm  # exact in SI, rounded; Tiesinga:2021myr
fermi_constant = 1.1663788e-5 / GeV**2  # ParticleDataGroup:2024cfk, table 1.1
alpha = 7.2973525693e-3  # Tiesinga:2021myr
atomic_mass_energy = 931.49410242 * MeV  # u c^2, Tiesinga:2021myr
atomic_mass = 1.66053906660e-27 * kg  # u, Tiesinga:2021myr
electron_mass = 0.51099895 * MeV  # m_e c^2, Tiesinga:2021myr
muon_mass = 105.6583755 * MeV  # ParticleDataGroup:2024cfk
tau_mass = 1776.93 * MeV  # ParticleDataGroup:2024cfk
pion_mass = 139.57039 * MeV  # charged pion, ParticleDataGroup:2024cfk
neutral_pion_mass = 134.9768 * MeV  # ParticleDataGroup:2024cfk
kaon_mass = 493.677 * MeV  # charged kaon, ParticleDataGroup:2024cfk
proton_mass = 938.27208816 * MeV  # Tiesinga:2021myr
neutron_mass = 939.56542052 * MeV  # Tiesinga:2021myr
lambda_mass = 1115.683 * MeV  # ParticleDataGroup:2024cfk
muon_lifetime = 2196.9811 * ns  # ParticleDataGroup:2024cfk
pion_lifetime = 26.033 * ns  # charged pion, ParticleDataGroup:2024cfk
kaon_lifetime = 12.38 * ns  # charged kaon, ParticleDataGroup:2024cfk
quark_mixing = 0.97367  # |V_ud|, ParticleDataGroup:2024cfk, from superallowed decays
axial_coupling = 1.2754  # |g_A/g_V| of the neutron, ParticleDataGroup:2024cfk
weak_angle_low = 0.23868  # sin^2 theta_W at q = 0, MSbar; Erler:2017knj
barn = 1e-24 * cm**2
