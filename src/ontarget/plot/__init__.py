"""Figures for people. The only room that imports matplotlib; it draws arrays and knows no physics objects."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
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

lazy(
    __name__,
    {
        "matplotlib.figure": "Figure",
        ".bars": "Interval intervals_figure",
        ".corner": "Corner Face Side corner_figure",
        ".curves": "Curve Guide Mark curves_figure",
        ".distribution": "Toys distribution_figure",
        ".maps": "Map maps_figure",
        ".observed": "Observed garwood square_root subtracted",
        ".panels": "Panel panels_figure",
        ".points": "Band Points points_figure",
        ".profiles": "Critical Profile Published feldman_cousins_figure profiles_figure",
        ".projections": "Component Layer Projection projections_figure residual",
        ".regions": "Region regions_figure",
        ".strip": "Bar",
        ".style": "to_png to_svg",
    },
)
