"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from ontarget.ground.lazy import lazy

lazy(
    __name__,
    {
        ".beam.beam_flux": "BeamFlux simulated_flux",
        ".beam.beam_variation": "BeamError",
        ".beam.by_origin": "OriginEvents OriginFlux ParentFlux beam_events beam_fluxes",
        ".beam.decay_samples": "sampled_decays",
        ".beam.entrance": "BeamEntrance beam_entrance",
        ".beam.flavour_ratio": "RatioPrecision cross_section_ratio",
        ".beam.off_axis_rings": "OffAxisRings RingPeaks off_axis",
        ".design.band_merit": "BandEvents BandWidth",
        ".design.best": "BestDesign best_design",
        ".design.merit": "AtLeast AtMost JointError UpperLimit",
        ".design.problem": "DesignProblem design_problem",
        ".facility.arrivals": "Arrivals",
        ".facility.baseline_counts": "BaselineCounts baselines",
        ".facility.expectation": "Expectation ExpectedBackground ExpectedChannel expected_counts",
        ".facility.flux_summary": "ComponentFlux FlavourFlux flux_by_component flux_by_flavour",
        ".facility.pion_facility": "NeutrinoYields StoppedPionFacility facility_of neutrino_yields",
        ".facility.quenching_points": "FittedQuenching QuenchingPoints fit_quenching",
        ".facility.target_activity": "TargetDecays target_decays",
        ".facility.threshold_counts": "ThresholdCounts thresholds",
        ".facility.timing_windows": "FacilityTiming Leakage Window timing",
        ".facility.window": "AbstractWindowCriterion BestSignificance MostAtPurity",
        ".monitored.counted_pulls": "CountedPulls count_pulls",
        ".monitored.cross_section_precision": "CrossSectionMethod CrossSectionPrecision MethodPrecision cross_section",
        ".monitored.flux_precision": "FluxPrecision",
        ".monitored.monitored_flux": "LeftError MonitoredFlux flux_from_leptons",
        ".monitored.monitored_flux_scan": "ProductionScan ResponseCurves ResponseScan",
        ".monitored.occupancy": "MonitorRate monitor_rates",
        ".monitored.unfolding": "Unfolded unfold",
        ".oscillation.appearance": "Appearance long_baseline",
        ".oscillation.oscillated": "OscillationTemplates channel_named oscillation_templates",
        ".oscillation.sterile_counts": (
            "Disappearance DisappearanceTemplates Distances Rates Summed SummedDistances disappearance_templates"
        ),
        ".oscillation.sterile_exclusion": (
            "AppearanceReach DisappearanceReach blind_splittings sterile_product sterile_reach"
        ),
        ".oscillation.sterile_limits": "AmplitudeLimits short_baseline",
        ".parameters.credible_intervals": "CredibleIntervals PosteriorDensity posterior",
        ".parameters.flux_average": "CrossSectionTrend average_cross_section cross_section_trend",
        ".parameters.interval_coverage": "IntervalCoverage coverage",
        ".parameters.nsi_degeneracy": "DegenerateLines degenerate_line degenerate_lines",
        ".parameters.nuclear_radius": "NeutronRadius neutron_radius",
        ".parameters.parameter_intervals": (
            "Limit ParameterIntervals bounds likelihood_profile upper_limit upper_limits"
        ),
        ".parameters.plane_region": "AllowedRegion PlaneRegion plane",
        ".parameters.projected_fit": "FittedPart ProjectedFit projections",
        ".parameters.signal_strength": (
            "EventCount MeasuredCrossSection SignalMeasurement count_events measure_cross_section measure_signal"
        ),
        ".tags.tag_campaign": "TaggedShare performance_by_mode tag_responses tagged_share tagging_campaign",
        ".tags.tag_energy": (
            "EnergyGoal EnergyScan ErrorContributions ErrorParts ErrorSensitivities PlanesForGoal energy_goal "
            "energy_scan error_contributions error_sensitivities"
        ),
        ".tags.tag_scans": (
            "ApertureScan Performances PlaneScan TimeScan VertexScan tags_against_aperture tags_against_planes "
            "tags_against_time tags_against_vertex"
        ),
        ".tags.tag_summary": "TaggingGrid TaggingResult tagging",
        ".tracker_loads": (
            "Load LoadComparison MomentumResolution PlaneLoad beside_published momentum_resolutions plane_loads"
        ),
    },
)
