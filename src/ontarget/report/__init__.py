"""Floor 12: studies. Run them; write tables, figures and one page."""

from ontarget.report.activity import Activity, TargetActivity
from ontarget.report.band_merit import BandEvents, BandWidth
from ontarget.report.baselines import BaselineScan
from ontarget.report.beam_events import BeamEvents
from ontarget.report.beam_fluxes import BeamFluxes
from ontarget.report.bounds import Bounds
from ontarget.report.coverage import Coverage
from ontarget.report.cross_section_measurement import CrossSectionMeasurement
from ontarget.report.cross_sections import CrossSections
from ontarget.report.design import Design
from ontarget.report.design_space import DesignNumber, Tie
from ontarget.report.entrance import Entrance
from ontarget.report.goal import BestSignificance, MostAtPurity
from ontarget.report.long_baseline import LongBaseline
from ontarget.report.measurement import Measurement
from ontarget.report.merit import AtLeast, AtMost, Formula, JointError, UpperLimit, planned
from ontarget.report.method import AbstractMethod, Toys, Wilks
from ontarget.report.monitor_rates import MonitorRates
from ontarget.report.monitoring import FluxFromLeptons
from ontarget.report.off_axis import OffAxis
from ontarget.report.plane import Plane
from ontarget.report.posterior import Posterior
from ontarget.report.profiles import Profiles
from ontarget.report.quenching import QuenchingFit, QuenchingPoints
from ontarget.report.radius import Radius
from ontarget.report.short_baseline import ShortBaseline
from ontarget.report.spectra import Expect
from ontarget.report.sterile_product import SterileProduct
from ontarget.report.sterile_reach import SterileReach
from ontarget.report.study import Study, load_study, run, write
from ontarget.report.tagging import Tagging
from ontarget.report.task import AbstractTask
from ontarget.report.thresholds import ThresholdScan
from ontarget.report.timing import Timing
from ontarget.report.trackers import TrackerSpecification
from ontarget.report.upper_limits import UpperLimits
from ontarget.report.yields import FacilityYields

__all__ = [
    "AbstractMethod",
    "AbstractTask",
    "Activity",
    "AtLeast",
    "AtMost",
    "BandEvents",
    "BandWidth",
    "BaselineScan",
    "BeamEvents",
    "BeamFluxes",
    "BestSignificance",
    "Bounds",
    "Coverage",
    "CrossSectionMeasurement",
    "CrossSections",
    "Design",
    "DesignNumber",
    "Entrance",
    "Expect",
    "FacilityYields",
    "FluxFromLeptons",
    "Formula",
    "JointError",
    "LongBaseline",
    "Measurement",
    "MonitorRates",
    "MostAtPurity",
    "OffAxis",
    "Plane",
    "Posterior",
    "Profiles",
    "QuenchingFit",
    "QuenchingPoints",
    "Radius",
    "ShortBaseline",
    "SterileProduct",
    "SterileReach",
    "Study",
    "Tagging",
    "TargetActivity",
    "ThresholdScan",
    "Tie",
    "Timing",
    "Toys",
    "TrackerSpecification",
    "UpperLimit",
    "UpperLimits",
    "Wilks",
    "load_study",
    "planned",
    "run",
    "write",
]
