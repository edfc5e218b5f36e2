"""Small valid inputs for every public loss, with the faults that it documents.

They stand in `parity/losses/`; the files `test_every_*.py` do the rest.
The inputs lie off all corners, so that derivatives can be compared with differences.
"""

import pytest

from parity.losses import BY_FAMILY

__all__ = ["LABELLED", "ROWS", "rows"]

ROWS = [row for info in BY_FAMILY for row in info.rows]
_BY_LOSS = {row.loss.__name__: [x for x in ROWS if x.loss is row.loss] for row in ROWS}
# Numbered by loss, so that a new row gives no other test another name.
LABELLED = {
    f"{loss}-{k}": row
    for loss, found in _BY_LOSS.items()
    for k, row in enumerate(found)
}


def rows(*parameters, attribute="loss"):
    """Parametrise with the rows that have these parameters and this attribute."""
    chosen = {
        name: row
        for name, row in LABELLED.items()
        if row.has(*parameters) and getattr(row, attribute)
    }
    return pytest.mark.parametrize("row", chosen.values(), ids=chosen)
