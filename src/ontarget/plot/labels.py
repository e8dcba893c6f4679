"""Words beside points, each where it covers least."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox, BboxBase

from ontarget.plot.style import halo

NEAR, FAR = 6.0, 14.0  # points of type between a word and its point
SWEEPS = 3  # in which a word may still move, since those written later may have found a better place for themselves
STEP = 3.0  # pixels between the points that stand for a line
OUTSIDE, COVERED = 1000.0, 300.0  # what it costs to leave the axes, or to cover another word


def place_labels(axes: Axes, x: np.ndarray, y: np.ndarray, words: Sequence[str]) -> list[Annotation]:
    """Write each word near its point, on the side where fewest lines, points and words are in its way.

    All else must have been drawn, and the limits of the axes must be final.
    """
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    ink, frame = drawn(axes), axes.get_window_extent()
    look: Any = {"textcoords": "offset points", "fontsize": 9, "path_effects": halo(), "zorder": 7}
    notes = [axes.annotate(word, (a, b), xytext=(0, 0), **look) for word, a, b in zip(words, x, y, strict=True)]
    boxes: dict[int, Bbox] = {}
    for _ in range(SWEEPS):
        for index, note in enumerate(notes):
            taken = [box for other, box in boxes.items() if other != index]
            best = min(sides(), key=partial(burden, note, ink=ink, taken=taken, frame=frame))
            boxes[index] = settle(note, best)
    return notes


def sides() -> list[tuple[float, float]]:
    """Offsets in the order in which they are liked: right and above first, and near before far."""
    round_about = [(1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0)]
    return [(distance * right, distance * up) for distance in (NEAR, FAR) for right, up in round_about]


def settle(note: Annotation, side: tuple[float, float]) -> Bbox:
    """Put a word on one side of its point; the box that it then fills, in pixels."""
    right, up = side
    note.xyann = side
    note.set_horizontalalignment("left" if right > 0 else "right" if right < 0 else "center")
    note.set_verticalalignment("bottom" if up > 0 else "top" if up < 0 else "center")
    return note.get_window_extent().padded(2.0)


def burden(
    note: Annotation, side: tuple[float, float], *, ink: np.ndarray, taken: Sequence[Bbox], frame: BboxBase
) -> float:
    """What a word would cover on one side of its point, and how far it is from there."""
    box = settle(note, side)
    inside = (ink > (box.x0, box.y0)).all(axis=1) & (ink < (box.x1, box.y1)).all(axis=1)
    out = not (frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)
    covered = sum(bool(box.overlaps(other)) for other in taken)
    return float(inside.sum()) + OUTSIDE * out + COVERED * covered + 0.1 * float(np.hypot(*side))


def drawn(axes: Axes) -> np.ndarray:
    """Points in pixels, [point 2], that stand for every line, error bar and mark on the axes."""
    paths = [line.get_transform().transform(line.get_xydata()) for line in axes.get_lines()]
    joined = [line.get_linestyle() not in ("None", "none", "", " ") for line in axes.get_lines()]
    bars = [one for one in axes.collections if isinstance(one, LineCollection)]
    paths += [one.get_transform().transform(part) for one in bars for part in one.get_segments()]
    joined += [True] * (len(paths) - len(joined))
    clouds = [dense(path) if line else path for path, line in zip(paths, joined, strict=True) if len(path)]
    cloud = np.concatenate([np.empty((0, 2)), *clouds])
    return cloud[np.isfinite(cloud).all(axis=1)]


def dense(path: np.ndarray) -> np.ndarray:
    """A broken line as points a few pixels apart."""
    path = path[np.isfinite(path).all(axis=1)]
    if len(path) < 2:
        return path
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    along = np.arange(0.0, min(lengths[-1], 2e4), STEP)
    return np.stack([np.interp(along, lengths, path[:, 0]), np.interp(along, lengths, path[:, 1])], axis=1)
