"""Floor 9: figures for people. The only room that imports matplotlib; it draws arrays and knows no physics objects."""

from matplotlib.figure import Figure

from ontarget.plot.bars import Interval, intervals_figure
from ontarget.plot.curves import Curve, Guide, Mark, curves_figure
from ontarget.plot.panels import Panel, panels_figure
from ontarget.plot.regions import Region, regions_figure
from ontarget.plot.style import to_png, to_svg

__all__ = [
    "Curve",
    "Figure",
    "Guide",
    "Interval",
    "Mark",
    "Panel",
    "Region",
    "curves_figure",
    "intervals_figure",
    "panels_figure",
    "regions_figure",
    "to_png",
    "to_svg",
]
