"""Tables of named columns: taken apart, put together, picked from."""

import numpy as np
import pytest
from monitor_toys import drawing

from ontarget.tagging.interactions import Interactions


def test_taken_apart_and_put_together():
    events = drawing().block(0).only(slice(40))
    columns = events.columns()
    assert columns["entering.slope_y"] is events.entering.slope_y
    again = Interactions.of_columns(columns)
    np.testing.assert_array_equal(again.leaving.momentum, events.leaving.momentum)
    with pytest.raises(KeyError, match=r"leaving\.time"):
        Interactions.of_columns({name: one for name, one in columns.items() if name != "leaving.time"})


def test_every_column_is_picked_and_joined_alike():
    events = drawing().block(0).only(slice(40))
    assert len(events) == len(events.entering) == 40
    odd = events.only(np.arange(40) % 2 == 1)
    joined = Interactions.joined([events, odd])
    for name, column in joined.columns().items():
        np.testing.assert_array_equal(column, np.concatenate([events.columns()[name], events.columns()[name][1::2]]))
