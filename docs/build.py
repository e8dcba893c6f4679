"""Make the figures of the documentation again: the front page, the tutorials, the studies; and write the gallery page.

Each script runs in an empty folder; what it leaves there as SVG goes into the gallery. A script that fails fails the
build, so none of them grows stale. One that ends without a figure, for it needs a release that is not here, keeps the
figure that it left before. A study that takes long is not run: its figures stay too, and the page says by what and from
what they were drawn. `python docs/build.py STUDY` runs such a study and takes its figures anew.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOCS = Path(__file__).resolve().parent
GALLERY = DOCS / "gallery"
LARGEST_SVG, LARGEST_PNG = 200_000, 150_000  # bytes; a larger SVG is kept as PNG
HEAD = """# Gallery

`make docs` draws these figures and writes this page. Under each heading stands what drew its figures; where `make docs`
does not draw them every time, there stands when they were drawn, and from what.

## The front page

![recoils against threshold, and new couplings to quarks](ess.svg)

Left: recoils above a threshold in six detectors proposed for the European Spallation Source, with a dot at the
threshold of each. Right: couplings of electron neutrinos to u and d quarks that three years would allow at 90 %.
Drawn by [front.py](../front.py).
"""
CAPTIONS = {
    "01_from_name_to_reach_plane": "One nucleus allows a pair of bands, two nuclei of different N/Z cross them (90 %).",
    "02_your_own_detector_arrival": "Arrival time and light of the events in 100 kg of sodium iodide at the SNS.",
    "03_the_first_observation_fit": "Events of the first observation and the best fit, by light and by time.",
    "04_your_own_data_fit": "A made-up data set and its fit, from fewer than forty lines of YAML.",
    "coherent_csi_2017_residuals": "CsI 2017, sideband subtracted: data and best fit.",
    "coherent_csi_2021_residuals": "CsI 2021, sideband subtracted: data and best fit.",
    "coherent_lar_2020_residuals": "Argon 2020, sideband subtracted: data and best fit.",
    "coherent_quenching": "Released quenching factors of CsI[Na], a cubic through them, and the models of both papers.",
    "coherent_cross_sections": "Flux-averaged cross-sections against neutron number; the nucleus' extent lowers them.",
    "coherent_weak_mixing_angle": "Profile likelihood of the weak mixing angle at low momentum transfer.",
    "coherent_csi_neutron_radius": "Profile likelihood of the mean neutron radius of caesium and iodine.",
    "coherent_nsi_bounds": "Couplings of electron and muon neutrinos to quarks allowed at 90 %, one at a time.",
    "coherent_coverage_strength": "CsI 2017: critical values for the strength of the signal, by toys and by Wilks.",
    "05_a_narrow_band_beam_rings": "Spectra in three rings around nuSCOPE's axis, as it is and with a narrower beam.",
    "nuscope_beam_flux_nu_mu": "Muon neutrinos at the front face by parents, and the shape of the published flux.",
    "nuscope_beam_flux_nu_e": "Electron neutrinos at the front face by parents.",
    "nuscope_off_axis_spectra": "Muon neutrino events in rings around the axis: the narrow-band off-axis method.",
    "nuscope_off_axis_peaks": "Most frequent energy of the pions' neutrinos against the radius, for several beams.",
    "nuscope_off_axis_widths": "Width of that peak: what the radius alone says of the energy.",
    "06_a_flux_from_its_leptons_precision": "The flux's error before and after leptons are counted in the tunnel.",
    "07_one_neutrino_one_pion_energy": "Error of the tagged energy, with planes as assumed and thin ones.",
    "nuscope_trackers_tracker_rates_nuscope_lar": "Hits per time and area at the planes, parametrised beam.",
    "nuscope_monitoring_flux_from_leptons_nu_mu": "Error of the muon neutrinos' flux before and after monitoring.",
    "nuscope_monitoring_flux_after_assumptions": "What is left follows from what is assumed of the response.",
    "nuscope_tagging_tagging_efficiency": "Tags against the detector's time resolution; fakes fill in with intensity.",
    "nuscope_tagging_tagging_purity": "Right ones among the tags, fitted with the vertex and by a plain window.",
    "nuscope_tagging_tagging_aperture": "What drives the efficiency: the muon arm's radius, and the divergence.",
    "nuscope_tagging_tagging_energy": "Error of the tagged energy and what makes it.",
    "nuscope_cross_section_cross_section_smoothed": "A cross-section in bins of energy by three methods.",
    "nuscope_short_baseline_short_baseline_0": "Disappearance of muon neutrinos, 90 %: what tags add.",
    "nuscope_short_baseline_short_baseline_1": "Muon to electron neutrinos, 90 %: what tags add.",
    "08_who_comes_when_times": "Events by arrival time in 100 t of argon at PIP-II, 320 ns pulses.",
    "09_two_baselines_reach": "What two detectors would exclude, from their rates and from distances within them.",
    "10_nuclei_or_electrons_moments": "What a magnetic moment adds above a threshold, on nuclei and on electrons.",
    "11_far_from_the_target_appearance": "Appearance of electron neutrinos at 29.8 MeV against distance, four phases.",
    "pip2_timing_timing_arrivals": "Arrival times of three flavours and backgrounds at seven facilities, one detector.",
    "pip2_timing_timing_prompt_windows": "What the prompt windows hold that are best for the muon neutrinos.",
    "pip2_cevns_baselines": "Events a year above a threshold at three distances, and backgrounds.",
    "pip2_cevns_thresholds": "Recoils per kilogram and year against threshold; open: published order of magnitude.",
    "pip2_sterile_sterile_reach_0": "Muon neutrinos to sterile: rates, distances, one per cent of each detector alone.",
    "pip2_sterile_sterile_reach_1": "The same with the delayed neutrinos that leak into the prompt window.",
    "pip2_sterile_sterile_discovery": "What would be discovered at five standard deviations, beside what is excluded.",
    "pip2_sterile_sterile_product": "Muon to electron neutrinos, through what both lose to the fourth.",
    "pip2_nsi_pip2_nsi_plane": "Couplings of electron and muon neutrinos to u quarks: time separates them (90 %).",
    "pip2_nsi_pip2_vector_plane": "Mass and coupling of a universal vector boson (90 %).",
    "pip2_magnetic_moment_magnetic_moment_moment_mu": "The muon neutrino's moment: nuclei, electrons, both, and LSND.",
    "pip2_magnetic_moment_magnetic_moment_moment_e": "The electron neutrino's moment, and solar ones by year.",
    "dar_long_baseline_appearance": "Appearance on 40 kt of argon against distance, as it was published: signal alone.",
    "dar_long_baseline_appearance_and_late": "The same, and delayed electron neutrinos in the window of each pulse.",
    "dar_long_baseline_appearance_significance": "What is left of it with them, in standard deviations.",
    "12_ninety_per_cent_ninety_per_cent": "Couplings of two flavours to u quarks: regions by toys and by chi squared.",
    "13_stop_and_go_on_critical": "Critical values at 90 % by 1000 toys near the edge at zero, and Wilks'.",
    "14_a_posterior_posterior": "Density and profile of a coupling and the signal: the second solution has a weight.",
    "15_a_better_experiment_share": "Joint error of two couplings when 23.5 kg are shared among two targets.",
    "16_handed_on_curve": "The same profile by ontarget and by pyhf, from the workspace that was written.",
    "17_answers_in_python_bounds": "Profile of a coupling to u quarks in CsI at the ESS: two solutions at 90 %.",
    "coherent_toys_flavours": "CsI 2017: couplings of electron and muon neutrinos, by toys and by Wilks (dashed).",
    "coherent_toys_flavours_critical": "Critical values of the toys over that plane; chi squared's is 4.61.",
    "ess_posterior_nsi_u_2": "One coupling, two targets: the second solution keeps two per cent of the probability.",
    "ess_posterior_nsi_ud_2": "Two couplings, two targets, by chains (NUTS), and the profile (dashed).",
    "ess_posterior_nsi_ud_nested_1": "The same by nested sampling.",
    "design_ess_masses_ess_masses_front": "The lowest joint error of two couplings that each mass allows.",
    "design_ess_masses_ess_masses_tornado": "What ten per cent of each mass do, today and at the optimum.",
    "design_pip2_baselines_pip2_1_eV2_tornado": "What ten per cent of each baseline do for 1 eV².",
    "design_pip2_baselines_pip2_03_eV2_tornado": "The same for 0.3 eV².",
    "design_nuscope_nuscope_bands_front": "The narrowest bands for each number of events, today's divergence.",
    "design_nuscope_nuscope_bands_1_mrad_front": "The same for a divergence of 1 mrad.",
    "spectra": "Spectra of the six detectors over three years, stacked by flavour on top of the steady background.",
    "thresholds": "Recoils above a sharp threshold, per kilogram and year; the marks are the proposed thresholds.",
    "yields": "Neutrinos per flavour and year at eight facilities, upgrades among them, against beam power.",
    "nsi_bounds": "Vector couplings of electron and muon neutrinos to quarks allowed at 90 %, one at a time.",
    "neutron_radius": "One standard deviation of the rms radius of the neutron density of each target.",
    "nsi_plane": "Couplings to u and d quarks allowed at 90 % by one, two and six nuclei.",
}
STUDIES = {
    "ess": "ontarget run ess",
}


def of_study(name: str) -> tuple[str, ...]:
    """Figures of the gallery that a study makes: those with its name before them, and no longer name of a study."""
    longer = [one for one in LONG_NAMES if one.startswith(f"{name}_")]
    return tuple(
        stem.removeprefix(f"{name}_")
        for stem in CAPTIONS
        if stem.startswith(f"{name}_") and not any(stem.startswith(f"{one}_") for one in longer)
    )


LONG_NAMES = (
    "coherent",
    "nuscope",
    "nuscope_trackers",
    "nuscope_monitoring",
    "nuscope_tagging",
    "nuscope_cross_section",
    "nuscope_short_baseline",
    "pip2_timing",
    "pip2_cevns",
    "pip2_sterile",
    "pip2_nsi",
    "pip2_magnetic_moment",
    "dar_long_baseline",
    "coherent_toys",
    "ess_posterior",
    "design_ess_masses",
    "design_pip2_baselines",
    "design_nuscope",
)
STOPPED = "[Stopped pions](../theory/stopped_pion.md) says how, and what is assumed of backgrounds."
TWO = "[Two baselines](../theory/two_baselines.md) says how, and what is assumed."
LOW = "[Low energies](../theory/low_energy_interactions.md) says how."
HOW = "[Statistics](../theory/statistics.md) says how."
BOUGHT = "[Monitoring and tagging](../theory/monitoring_and_tagging.md) says how, and what is assumed."
LONG = {  # studies that take minutes: title, text, and those of their figures that the gallery shows
    "coherent": (
        "The measurements of COHERENT",
        "Three released data sets, fitted by the chain; the conventions of each are in "
        "[the data of COHERENT](../theory/coherent.md).",
        of_study("coherent"),
    ),
    "nuscope": (
        "A narrow-band beam: nuSCOPE",
        "Fluxes by parents, and what the radius of a vertex says of the energy; how the beam is made stands in "
        "[decays in flight](../theory/decay_in_flight.md).",
        of_study("nuscope"),
    ),
    "nuscope_trackers": ("nuSCOPE: rate and radiation load on its trackers", BOUGHT, of_study("nuscope_trackers")),
    "nuscope_monitoring": ("nuSCOPE: the flux from leptons", BOUGHT, of_study("nuscope_monitoring")),
    "nuscope_tagging": ("nuSCOPE: neutrinos tagged one by one", BOUGHT, of_study("nuscope_tagging")),
    "nuscope_cross_section": ("nuSCOPE: a cross-section by three methods", BOUGHT, of_study("nuscope_cross_section")),
    "nuscope_short_baseline": ("nuSCOPE: oscillations of a tagged beam", BOUGHT, of_study("nuscope_short_baseline")),
    "pip2_timing": ("PIP-II and beside it: arrival times", STOPPED, of_study("pip2_timing")),
    "pip2_cevns": ("PIP-II: events", STOPPED, of_study("pip2_cevns")),
    "pip2_sterile": ("PIP-II: sterile neutrinos", TWO, of_study("pip2_sterile")),
    "pip2_nsi": ("PIP-II: new couplings", LOW, of_study("pip2_nsi")),
    "pip2_magnetic_moment": ("PIP-II: magnetic moments", LOW, of_study("pip2_magnetic_moment")),
    "dar_long_baseline": ("Far from stopped pions", TWO, of_study("dar_long_baseline")),
    "coherent_toys": ("COHERENT CsI 2017 by toys", HOW, of_study("coherent_toys")),
    "ess_posterior": ("Posteriors of new couplings at the ESS", HOW, of_study("ess_posterior")),
    "design_ess_masses": ("A mass shared among two targets", HOW, of_study("design_ess_masses")),
    "design_pip2_baselines": ("Where two detectors should stand", HOW, of_study("design_pip2_baselines")),
    "design_nuscope": ("Bands of nuSCOPE as a design", HOW, of_study("design_nuscope")),
}


def run(command: list[str], folder: str) -> None:
    """Run a command in a folder; a failure ends the build."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "SOURCE_DATE_EPOCH": "0"}  # the same figure, the same bytes
    done = subprocess.run([sys.executable, *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed (exit status {done.returncode}); its message stands above.")


def figures_of(command: list[str], prefix: str = "", where: str = ".") -> list[str]:
    """Run a command in an empty folder and keep the figures it left there; their names in the gallery."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run(command, folder)
        found = sorted((Path(folder) / where).glob("*.svg"))
        names = [keep(figure, f"{prefix}{figure.stem}") for figure in found]
    print(f"{' '.join(command)}: {len(names)} figures, {time.monotonic() - start:.0f} s", flush=True)
    return names


def kept(prefix: str) -> list[str]:
    """The figures of this prefix that the gallery holds."""
    return sorted(one.name for one in GALLERY.glob(f"{prefix}*") if one.suffix in (".svg", ".png"))


def keep(figure: Path, name: str) -> str:
    """Copy a figure into the gallery, as PNG where the SVG is too large."""
    for old in (GALLERY / f"{name}.svg", GALLERY / f"{name}.png"):
        old.unlink(missing_ok=True)
    text = figure.read_bytes()
    png = figure.with_suffix(".png")
    if len(text) <= LARGEST_SVG:
        (GALLERY / f"{name}.svg").write_bytes(text)
        return f"{name}.svg"
    if shutil.which("rsvg-convert") is None:
        sys.exit(f"{name}: {len(text) // 1000} kB as SVG, and no rsvg-convert here to make a PNG: install librsvg.")
    subprocess.run(["rsvg-convert", "-w", "1000", str(figure), "-o", str(png)], check=True)
    if png.stat().st_size > LARGEST_PNG:
        sys.exit(f"{name}: {png.stat().st_size // 1000} kB as PNG; a figure of the gallery has at most 150.")
    (GALLERY / f"{name}.png").write_bytes(png.read_bytes())
    return f"{name}.png"


def section(title: str, text: str, origin: str, figures: list[str]) -> str:
    """What the gallery says about one script or study."""
    lines = [f"## {title}", text, origin]
    for name in figures:
        stem = name.rpartition(".")[0]
        lines += [f"![{stem.replace('_', ' ')}]({name})", CAPTIONS.get(stem, "")]
    return "\n\n".join(line for line in lines if line)


def tutorial(script: Path) -> str:
    """Run one tutorial; its section. Without a figure of its own it keeps the one of an earlier run."""
    title, _, rest = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem).partition("\n")
    first = rest.strip().split("\n\n")[0].replace("\n", " ")
    figures = figures_of([str(script)], f"{script.stem}_")
    origin = f"From [{script.name}](../tutorials/{script.name})."
    if not figures:
        figures = kept(f"{script.stem}_")
        print(f"{script.name}: drew nothing; {len(figures)} earlier figures stay", flush=True)
        origin += " It was drawn at an earlier run: this one lacked the release."
    return section(title.rstrip("."), first, origin, figures)


def studies() -> str:
    """Run the studies of the gallery; their section."""
    figures = [
        name
        for one in STUDIES
        for name in figures_of(["-m", "ontarget", "run", one, "-o", "study"], where="study/figures")
    ]
    origin = "From " + " and ".join(f"`{command}`" for command in STUDIES.values()) + "."
    text = "Six detectors, three years, 10 % on the signal and 1 % on the background, expected counts in place of data."
    return section("CEvNS at the European Spallation Source", text, origin, figures)


def draw_long(name: str) -> None:
    """Run a long study, take its figures and the record of the run into the gallery."""
    with tempfile.TemporaryDirectory() as folder:
        run(["-m", "ontarget", "run", name, "-o", "study"], folder)
        take_long(name, Path(folder) / "study")


def take_long(name: str, folder: Path) -> None:
    """The figures that the gallery shows of a study's folder, and its record."""
    for stem in LONG[name][2]:
        keep(folder / "figures" / f"{stem}.svg", f"{name}_{stem}")
    (GALLERY / f"{name}.json").write_text((folder / "run.json").read_text(encoding="utf-8"), encoding="utf-8")


def long_section(name: str) -> str:
    """What the gallery says about a long study: by what, when and from which inputs its figures were drawn."""
    title, text, stems = LONG[name]
    record = json.loads((GALLERY / f"{name}.json").read_text(encoding="utf-8"))
    inputs = record["inputs"][f"study {name}"][:8]
    origin = (
        f"By `ontarget run {name}`, which takes minutes (that of COHERENT needs the releases): drawn on "
        f"{record['date'][:10]} by ontarget {record['versions']['ontarget']}, the study's hash beginning with {inputs}"
        f". `make docs` leaves them as they are; `python docs/build.py {name}` draws them again."
    )
    figures = [figure for stem in stems for figure in kept(f"{name}_{stem}.")]
    return section(title, text, origin, figures)


def main() -> None:
    for name in sys.argv[1:]:
        draw_long(name)
    figures_of([str(DOCS / "front.py")])
    sections = [tutorial(script) for script in sorted((DOCS / "tutorials").glob("*.py"))]
    sections += [studies(), *(long_section(name) for name in LONG if (GALLERY / f"{name}.json").is_file())]
    page = "\n\n".join([HEAD.strip(), *sections])
    (GALLERY / "README.md").write_text(f"{page}\n", encoding="utf-8")
    for one in kept(""):
        if f"({one})" not in page:
            (GALLERY / one).unlink()  # of a script or study that draws it no more


if __name__ == "__main__":
    main()
