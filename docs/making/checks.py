"""What the parity run asks of each library, and what it found for a loss."""

import functools
import json

from parity.case import DTYPES
from parity.libraries import LIBRARIES
from parity.tables import FIGURES, by, table

__all__ = ["checks_of", "matrix"]


@functools.cache
def _summary() -> list[dict]:
    return json.loads(FIGURES.read_text(encoding="utf-8"))["summary"]


def checks_of(name: str) -> str:
    """Return how many checks there are by library, and the largest errors."""
    own = [row for row in _summary() if row["loss"] == name]
    words = (
        f"What `python -m parity --full --loss {name}` checks, and the largest errors "
        "of values, gradients and Hessian-vector products, in ulps:"
    )
    return f"{words}\n\n{table(['library', 'checks', *DTYPES], by(own, 'library'))}"


def matrix() -> str:
    """Return what each library is asked for in a run."""
    rows = []
    for name, library in LIBRARIES.items():
        highest = max(library.orders.values())
        answers = ["yes" if order <= highest else "no" for order in range(3)]
        rows.append([name, ", ".join(library.orders), *answers])
    head = ["library", "dtypes", "values", "gradients", "Hessian-vector products"]
    return table(head, rows)
