"""Internal units: MeV, millimetre and nanosecond, as in CLHEP, Geant4 and hepunits.

Values carry units by multiplication (``20 * m``); a result is read by division (``flux * cm**2``).
The three base units may be set to arbitrary numbers with ``ONTARGET_BASE_UNITS="1.7,0.3,2.9"``: no answer that has a
unit divided out may then move. The test-suite does exactly that (the test in other base units).
"""

import os
from dataclasses import dataclass

MeV, mm, ns = (float(number) for number in os.environ.get("ONTARGET_BASE_UNITS", "1,1,1").split(","))

# SI: exact by definition (SI brochure, 9th edition)
eV, keV, GeV = 1e-6 * MeV, 1e-3 * MeV, 1e3 * MeV
fm, um, cm, m, km = 1e-12 * mm, 1e-3 * mm, 10 * mm, 1e3 * mm, 1e6 * mm
us, ms, s = 1e3 * ns, 1e6 * ns, 1e9 * ns
minute, hour, day = 60 * s, 3600 * s, 86400 * s
year = 365.25 * day
joule = eV / 1.602176634e-19
watt = joule / s
kW, MW = 1e3 * watt, 1e6 * watt
kg = joule * s**2 / m**2
g, tonne = 1e-3 * kg, 1e3 * kg
Hz = 1 / s
MHz = 1e6 * Hz
gray = joule / kg
cm2 = cm**2
mrad, degree = 1e-3, 0.017453292519943295  # pi/180
tesla = joule * s / m**2 * 299792458 * m / s * 1.602176634e-19  # times e c: p = B rho, an energy per length


@dataclass(frozen=True)
class Dimension:
    """What kind of quantity a number is: exponents of mass, length and time, and the unit it is shown in."""

    name: str
    mass: int = 0
    length: int = 0
    time: int = 0
    unit: str = ""
    value: float = 1.0

    @property
    def si(self) -> float:
        """Internal value of the coherent SI unit of this dimension (kg, m, s)."""
        return kg**self.mass * m**self.length * s**self.time

    def show(self, value: float) -> str:
        """Write an internal value in the display unit, for messages and tables."""
        return f"{float(value) / self.value:.6g} {self.unit}".rstrip()


NUMBER = Dimension("dimensionless")
ITS_OWN = Dimension("number, with its unit")
LENGTH = Dimension("length", length=1, unit="m", value=m)
FEMTO = Dimension("length", length=1, unit="fm", value=fm)
TIME = Dimension("time", time=1, unit="us", value=us)
DURATION = Dimension("time", time=1, unit="yr", value=year)
PER_YEAR = Dimension("1/time", time=-1, unit="1/yr", value=1 / year)
PER_DAY = Dimension("1/time", time=-1, unit="1/day", value=1 / day)
FREQUENCY = Dimension("frequency", time=-1, unit="Hz", value=Hz)
AREA = Dimension("area", length=2, unit="cm^2", value=cm**2)
AREA_PER_ENERGY = Dimension("area/energy", mass=-1, time=2, unit="fb/GeV", value=1e-39 * cm**2 / GeV)
PER_AREA = Dimension("1/area", length=-2, unit="1/cm^2", value=1 / cm**2)
ENERGY = Dimension("energy", mass=1, length=2, time=-2, unit="keV", value=keV)
BEAM_ENERGY = Dimension("energy", mass=1, length=2, time=-2, unit="GeV", value=GeV)
MOMENTUM = Dimension("momentum", mass=1, length=2, time=-2, unit="GeV/c", value=GeV)
ANGLE = Dimension("angle", unit="mrad", value=1e-3)
FIELD = Dimension("magnetic field", mass=1, length=1, time=-2, unit="T", value=tesla)
GRADIENT = Dimension("field gradient", mass=1, time=-2, unit="T/m", value=tesla / m)
PER_MOMENTUM = Dimension("1/momentum", mass=-1, length=-2, time=2, unit="1/GeV", value=1 / GeV)
CROSS_SECTION = Dimension("cross-section", length=2, unit="mb", value=1e-27 * cm**2)
INVARIANT = Dimension("area/momentum^2", mass=-2, length=-2, time=4, unit="mb/GeV^2", value=1e-27 * cm**2 / GeV**2)
MASS_SQUARED = Dimension("energy^2", mass=2, length=4, time=-4, unit="eV^2", value=eV**2)
PER_ENERGY = Dimension("1/energy", mass=-1, length=-2, time=2, unit="1/keV", value=1 / keV)
RATE_PER_AREA = Dimension("rate/area", length=-2, time=-1, unit="MHz/mm^2", value=MHz / mm**2)
DOSE = Dimension("dose", length=2, time=-2, unit="MGy", value=1e6 * gray)
POWER = Dimension("power", mass=1, length=2, time=-3, unit="MW", value=MW)
MASS = Dimension("mass", mass=1, unit="kg", value=kg)
DENSITY = Dimension("density", mass=1, length=-3, unit="g/cm3", value=g / cm**3)
PER_MASS = Dimension("1/mass", mass=-1, unit="1/kg", value=1 / kg)
RATE_PER_MASS = Dimension("1/(mass time)", mass=-1, time=-1, unit="1/(kg day)", value=1 / (kg * day))
RATE_PER_ENERGY_MASS = Dimension(
    "1/(energy mass time)", mass=-2, length=-2, time=1, unit="1/(keV kg day)", value=1 / (keV * kg * day)
)
