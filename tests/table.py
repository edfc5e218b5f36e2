"""Small valid inputs for every public loss, with the faults that it documents.

They stand in `parity/losses/`; the files `test_every_*.py` do the rest.
The inputs lie off all corners, so that derivatives can be compared with differences.
"""

import pytest

from parity.losses import BY_FAMILY
from tests.sampling import sampled

__all__ = ["LABELLED", "ROWS", "parameters", "rows"]

ROWS = [row for info in BY_FAMILY for row in info.rows]
_BY_LOSS = {row.loss.__name__: [x for x in ROWS if x.loss is row.loss] for row in ROWS}
# Numbered by loss, so that a new row gives no other test another name.
LABELLED = {
    f"{loss}-{k}": row
    for loss, found in _BY_LOSS.items()
    for k, row in enumerate(found)
}


def parameters(labelled, one_in=1):
    """Return rows as parameters of a test that is sampled (see `tests.sampling`)."""
    return [
        pytest.param(row, id=label, marks=sampled(row.loss.__name__, one_in))
        for label, row in labelled.items()
    ]


def rows(*names, attribute="loss", one_in=None):
    """Parametrise with the rows that have these parameters and this attribute.

    With `one_in` they are samples: one loss in so many.
    """
    chosen = {
        label: row
        for label, row in LABELLED.items()
        if row.has(*names) and getattr(row, attribute)
    }
    if one_in:
        return pytest.mark.parametrize("row", parameters(chosen, one_in))
    return pytest.mark.parametrize("row", chosen.values(), ids=chosen)
