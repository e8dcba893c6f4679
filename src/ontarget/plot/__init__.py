"""Figures for people. The only room that imports matplotlib; it draws arrays and knows no physics objects."""

from matplotlib.figure import Figure

from ontarget.plot.bars import Interval, intervals_figure
from ontarget.plot.corner import Corner, Face, Side, corner_figure
from ontarget.plot.curves import Curve, Guide, Mark, curves_figure
from ontarget.plot.distribution import Toys, distribution_figure
from ontarget.plot.maps import Map, maps_figure
from ontarget.plot.observed import Observed, garwood, square_root, subtracted
from ontarget.plot.panels import Panel, panels_figure
from ontarget.plot.points import Band, Points, points_figure
from ontarget.plot.profiles import Critical, Profile, Published, feldman_cousins_figure, profiles_figure
from ontarget.plot.projections import Component, Layer, Projection, projections_figure, residual
from ontarget.plot.regions import Region, regions_figure
from ontarget.plot.strip import Bar
from ontarget.plot.style import to_png, to_svg

__all__ = [
    "Band",
    "Bar",
    "Component",
    "Corner",
    "Critical",
    "Curve",
    "Face",
    "Figure",
    "Guide",
    "Interval",
    "Layer",
    "Map",
    "Mark",
    "Observed",
    "Panel",
    "Points",
    "Profile",
    "Projection",
    "Published",
    "Region",
    "Side",
    "Toys",
    "corner_figure",
    "curves_figure",
    "distribution_figure",
    "feldman_cousins_figure",
    "garwood",
    "intervals_figure",
    "maps_figure",
    "panels_figure",
    "points_figure",
    "profiles_figure",
    "projections_figure",
    "regions_figure",
    "residual",
    "square_root",
    "subtracted",
    "to_png",
    "to_svg",
]
