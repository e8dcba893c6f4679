"""Studies: a question in YAML, answered in one folder."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.analysis.design.band_merit import BandEvents, BandWidth
    from ontarget.analysis.design.merit import AtLeast, AtMost, JointError, UpperLimit
    from ontarget.inference.toys.interval_construction import AbstractIntervalConstruction, Toys, Wilks
    from ontarget.study.beam.beam_events import BeamEvents
    from ontarget.study.beam.beam_fluxes import BeamFluxes
    from ontarget.study.beam.cross_section_measurement import CrossSectionMeasurement
    from ontarget.study.beam.entrance import Entrance
    from ontarget.study.beam.monitor_rates import MonitorRates
    from ontarget.study.beam.monitoring import FluxFromLeptons
    from ontarget.study.beam.off_axis import OffAxis
    from ontarget.study.beam.tagging import Tagging
    from ontarget.study.beam.trackers import TrackerSpecification
    from ontarget.study.design.design import Design
    from ontarget.study.design.design_space import DesignNumber, Tie, planned
    from ontarget.study.design.formula import Formula
    from ontarget.study.facility.activity import Activity, TargetActivity
    from ontarget.study.facility.baselines import BaselineScan
    from ontarget.study.facility.expect import Expect
    from ontarget.study.facility.facility_yields import FacilityYields
    from ontarget.study.facility.quenching import QuenchingFit, QuenchingPoints
    from ontarget.study.facility.thresholds import ThresholdScan
    from ontarget.study.facility.timing import Timing
    from ontarget.study.oscillation.long_baseline import LongBaseline
    from ontarget.study.oscillation.short_baseline import ShortBaseline
    from ontarget.study.oscillation.sterile_product import SterileProduct
    from ontarget.study.oscillation.sterile_reach import SterileReach
    from ontarget.study.parameters.bounds import Bounds
    from ontarget.study.parameters.coverage import Coverage
    from ontarget.study.parameters.cross_sections import CrossSections
    from ontarget.study.parameters.measurement import Measurement
    from ontarget.study.parameters.plane import Plane
    from ontarget.study.parameters.posterior import Posterior
    from ontarget.study.parameters.profiles import Profiles
    from ontarget.study.parameters.radius import Radius
    from ontarget.study.parameters.upper_limits import UpperLimits
    from ontarget.study.study import Study, load_study, run, write
    from ontarget.study.task import AbstractTask

lazy(
    __name__,
    {
        "ontarget.analysis.design.band_merit": "BandEvents BandWidth",
        "ontarget.analysis.design.merit": "AtLeast AtMost JointError UpperLimit",
        "ontarget.inference.toys.interval_construction": "AbstractIntervalConstruction Toys Wilks",
        ".beam.beam_events": "BeamEvents",
        ".beam.beam_fluxes": "BeamFluxes",
        ".beam.cross_section_measurement": "CrossSectionMeasurement",
        ".beam.entrance": "Entrance",
        ".beam.monitor_rates": "MonitorRates",
        ".beam.monitoring": "FluxFromLeptons",
        ".beam.off_axis": "OffAxis",
        ".beam.tagging": "Tagging",
        ".beam.trackers": "TrackerSpecification",
        ".design.design": "Design",
        ".design.design_space": "DesignNumber Tie planned",
        ".design.formula": "Formula",
        ".facility.activity": "Activity TargetActivity",
        ".facility.baselines": "BaselineScan",
        ".facility.expect": "Expect",
        ".facility.facility_yields": "FacilityYields",
        ".facility.quenching": "QuenchingFit QuenchingPoints",
        ".facility.thresholds": "ThresholdScan",
        ".facility.timing": "Timing",
        ".oscillation.long_baseline": "LongBaseline",
        ".oscillation.short_baseline": "ShortBaseline",
        ".oscillation.sterile_product": "SterileProduct",
        ".oscillation.sterile_reach": "SterileReach",
        ".parameters.bounds": "Bounds",
        ".parameters.coverage": "Coverage",
        ".parameters.cross_sections": "CrossSections",
        ".parameters.measurement": "Measurement",
        ".parameters.plane": "Plane",
        ".parameters.posterior": "Posterior",
        ".parameters.profiles": "Profiles",
        ".parameters.radius": "Radius",
        ".parameters.upper_limits": "UpperLimits",
        ".study": "Study load_study run write",
        ".task": "AbstractTask",
    },
)
