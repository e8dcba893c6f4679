"""Floor 10: studies. Run them; write tables, figures and one page."""

from ontarget.report.bounds import Bounds
from ontarget.report.plane import Plane
from ontarget.report.radius import Radius
from ontarget.report.spectra import Expect
from ontarget.report.study import Study, load_study, run, write
from ontarget.report.task import AbstractTask
from ontarget.report.thresholds import ThresholdScan
from ontarget.report.yields import FacilityYields

__all__ = [
    "AbstractTask",
    "Bounds",
    "Expect",
    "FacilityYields",
    "Plane",
    "Radius",
    "Study",
    "ThresholdScan",
    "load_study",
    "run",
    "write",
]
