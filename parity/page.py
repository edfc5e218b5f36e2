"""The whole run as one page: every loss with its cases, deviations and curve."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jinja2 import PackageLoader
from markupsafe import Markup

import funloss
from funloss.testing import Report
from funloss.testing._figures import Figures, grouped
from funloss.testing._page import environment
from funloss.testing.harness import TOLERANCES
from parity.case import DTYPES, Case
from parity.collection import CASES, losses
from parity.curves import CURVES
from parity.deviation import Behaviour, Deviation, Gives, Raises, Warns
from parity.deviations import DEVIATIONS
from parity.drawing import agreement, described, drawn
from parity.packages.summary import Beside, beside

__all__ = ["deviation_words", "page"]

ORDERS = ("value", "value, gradient", "value, gradient, Hessian")


def page(report: Report) -> str:
    """Return the page of a run."""
    loader = PackageLoader("parity", package_path=".")
    template = environment(loader).get_template("losses.html.jinja")
    order = losses()
    entries = [_entry(figures) for figures in grouped(report.checks, "loss")]
    return template.render(
        report=report,
        entries=sorted(entries, key=lambda entry: order.index(entry.loss)),
        tolerances=TOLERANCES,
        beside=any(row.figures.checks for entry in entries for row in entry.packages),
    )


@dataclass(frozen=True)
class Drawing:
    """A curve as it stands in the page.

    Attributes:
        panels: The drawings of value and derivative.
        words: What is seen in them.
        caption: What moves, what is fixed, and how far the two sides are apart.
    """

    panels: Sequence[str]
    words: str
    caption: str


@dataclass(frozen=True)
class Entry:
    """What the page has on one loss."""

    loss: str
    figures: Figures

    @property
    def purpose(self) -> str:
        """The first line of its docstring."""
        line = (getattr(funloss, self.loss).__doc__ or "").partition("\n")[0]
        return line.replace("`", "")

    @property
    def rows(self) -> list[Figures]:
        """Its checks by library and dtype, in the order of the dtypes."""
        rows = self.figures.grouped("library", "dtype")
        return sorted(rows, key=lambda row: (row.key[0], DTYPES.index(row.key[1])))

    @property
    def cases(self) -> Iterator[Mapping[str, Any]]:
        """Its cases, in words."""
        return (_case(case) for case in CASES if case.loss == self.loss)

    @property
    def packages(self) -> list[Beside]:
        """The packages that have it too, with what the run found beside them."""
        rows = beside(self.figures.checks)
        return [row for row in rows if row.loss == self.loss]

    @property
    def deviations(self) -> list[Mapping[str, str]]:
        """Its deviations from torch, in words."""
        return [deviation_words(row) for row in DEVIATIONS if row.loss == self.loss]

    @property
    def drawing(self) -> Drawing:
        """Its curve."""
        curve = CURVES[self.loss]
        samples = curve.samples()
        return Drawing(
            [Markup(panel) for panel in drawn(curve, samples).values()],
            described(curve, samples),
            f"{curve.fixed}. {agreement(samples)}",
        )


def _entry(figures: Figures) -> Entry:
    return Entry(figures.key[0], figures)


def _case(case: Case) -> Mapping[str, Any]:
    grids = [case.options] if isinstance(case.options, Mapping) else case.options
    return {
        "name": case.id.removeprefix(f"{case.loss}-"),
        "calls": sum(1 for _ in case.calls()),
        "grids": [
            {name: ", ".join(map(_option, values)) for name, values in grid.items()}
            for grid in grids
        ],
        "wrt": ", ".join(case.wrt),
        "orders": ORDERS[case.orders if case.wrt else 0],
        "dtypes": ", ".join(case.dtypes),
    }


def _option(value: Any) -> str:
    return getattr(value, "__name__", str(value))


def deviation_words(row: Deviation) -> Mapping[str, str]:
    """Return a call, what each side gives for it, and why."""
    words = {
        "call": row.call,
        "torch": _behaviour(row.reference, row.orders),
        "funloss": _behaviour(row.ours, row.orders),
    }
    if row.jax is not None:
        words["funloss on JAX"] = _behaviour(row.jax, row.orders)
    return words | {"why": row.why}


def _behaviour(behaviour: Behaviour, orders: int) -> str:
    if isinstance(behaviour, Raises):
        text = f": {behaviour.text}" if behaviour.text else ""
        if orders > 1:
            return (
                f"raises {behaviour.kind.__name__}{text} for a Hessian-vector product"
            )
        return f"raises {behaviour.kind.__name__}{text}"
    if isinstance(behaviour, Warns):
        return f"warns: {behaviour.text}"
    if isinstance(behaviour, Gives):
        return _given(behaviour, orders)
    return behaviour.words


def _given(gives: Gives, orders: int) -> str:
    parts = [] if gives.value is None else [f"gives {_numbers(gives.value)}"]
    if gives.dtype:
        parts.append(f"of dtype {gives.dtype}")
    parts += [
        f"gradient wrt {name} {_numbers(gradient)}"
        for name, gradient in gives.gradients.items()
    ]
    if not parts:
        return "has second derivatives" if orders > 1 else "gives a result"
    return ", ".join(parts)


def _numbers(numbers: Any) -> str:
    numbers = numbers.tolist() if isinstance(numbers, np.ndarray) else numbers
    if isinstance(numbers, list | tuple):
        return f"[{', '.join(map(_numbers, numbers))}]"
    return f"{numbers:.12g}"
