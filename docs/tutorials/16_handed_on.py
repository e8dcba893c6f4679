"""Handed on.

A likelihood is worth more when others can use it. Here one is written as a workspace of HistFactory, which pyhf reads
and half of collider physics; what of it is exact, what is not, and what becomes of scans and tables.
"""

import json
from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.inference.likelihood.parts import parts
from ontarget.io.formats import histfactory
from ontarget.io.formats import netcdf as labelled
from ontarget.plot import Curve, Mark, curves_figure, to_svg

# A detector at the European Spallation Source, three years. Free is the strength of the signal; the flux is known to
# 10 %, the steady background to 1 %. As nothing was observed yet, the data are what is expected.

csi = ot.load("ess_csi")
flux, steady = "*.source.neutrinos_per_proton", "*.backgrounds.*.rate"
likelihood = ot.likelihood(
    csi,
    [
        ot.Scale("strength", flux, low=0, high=3),
        ot.Scale("flux", flux, low=0.5, high=1.5, prior=ot.Gaussian(mean=1, sigma=0.10)),
        ot.Scale("background", steady, low=0.9, high=1.1, prior=ot.Gaussian(mean=1, sigma=0.01)),
    ],
)

# Counts are a polynomial in these three: strength times flux times a template, plus background times another. The
# pieces of it are known by channel and background.

for part in parts(likelihood, [csi]):
    number = np.count_nonzero(part.coefficients.any(axis=1))
    print(f"{part.name:14} {'signal' if part.signal else 'background':10} in {number} function(s)")

# HistFactory has words for this. A free factor is a `normfactor`. What adds to a template in proportion to a standard
# deviation is a `histosys`: so a background that is known to 1 % is a template with one above and one below. All of it
# is exact here, and the workspace knows, for it was compared with the likelihood when it was made.

book = histfactory.workspace(likelihood, [csi])
for role in book.roles:
    print(f"{role.parameter.name:12} {role.says}")
print(f"differences of -2 ln L agree to {book.error:.1g} at {book.points} random points")
Path("ess_csi.json").write_text(json.dumps(book.document), encoding="utf-8")

# pyhf is another program, with a likelihood of its own. If it is installed, let it say what it thinks of the strength,
# the other two where they are expected to be.

try:
    import pyhf
except ModuleNotFoundError:
    pyhf = None
grid = np.linspace(0.9, 1.1, 41)
scan = ot.profile(likelihood, {"strength": grid}, fixed={"flux": 1.0, "background": 1.0})
marks = []
if pyhf is not None:
    workspace = pyhf.Workspace(json.loads(Path("ess_csi.json").read_text(encoding="utf-8")))
    model = workspace.model()
    data = workspace.data(model)
    values = {"flux": 0.0, "background": 0.0}  # pulls
    points = [[{**values, "strength": one}[name] for name in model.config.par_order] for one in grid.tolist()]
    theirs = np.array([-2 * float(model.logpdf(point, data)[0]) for point in points])
    print(f"pyhf differs by {np.abs(theirs - theirs.min() - scan.values).max():.1g} at most")
    marks.append(Mark("pyhf", grid[::4], (theirs - theirs.min())[::4]))

# What is not exact? HistFactory adds what two systematic errors do to a template, where the product of both is meant;
# it has a parabola at best in one parameter; and it has one factor with a Gaussian constraint, `lumi`. Where a second
# is needed, counts that stand for the constraint are written as a channel. A coupling to quarks enters squared, and two
# of them with their product: that is refused, in one sentence.

coupled = ot.load("ess_csi", {"detector.channels.cevns.interaction.couplings": {"type": "NSI"}})
both = [ot.Parameter(name, f"*.{name}", low=-0.1, high=0.1) for name in ("eps_ee_u", "eps_ee_d")]
try:
    histfactory.workspace(ot.likelihood(coupled, both), [coupled])
except ot.InputError as sentence:
    print(sentence)

# On the command line the same is `ontarget export STUDY --task KEY --format pyhf -o FILE`. It prints how each parameter
# is to be read, and how well the two agree. Results go to others too: `ontarget export out/STUDY --format hepdata -o
# FOLDER` makes of all tables a submission to HEPData, `--format netcdf` files for xarray. In Python a scan has its axes
# by name:

try:
    print(labelled.dataset(scan)["values"].sel(strength=1.05, method="nearest").item())
except ot.InputError as sentence:  # xarray is an extra
    print(sentence)

# The picture: one line, and the points of another program on it.

curve = Curve("ontarget", grid, scan.values)
figure = curves_figure([curve], marks, "strength of the signal", r"$-2\,\Delta\ln L$")
Path("curve.svg").write_text(to_svg(figure), encoding="utf-8")
