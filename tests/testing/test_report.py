"""A report: for people, for programs, and as an error."""

import io
import json

import numpy as np
import pytest
from rich.console import Console

from funloss.testing import check_parity
from tests.testing import losses

ON_NUMPY = {"library": "numpy", "reference_library": "numpy"}
ERRORS = np.asarray([[0.0, 0.5, -0.5], [1.0, 0.0, -2.25]])
INPUTS = {"input": ERRORS, "target": np.zeros((2, 3))}


def test_a_report_tells_people_programs_and_tests():
    report = check_parity(losses.wrong_divisor, losses.absolute_torch, INPUTS)
    figures = json.loads(report.to_json())
    assert figures["passed"] is False
    assert len(figures["failures"]) == len(report.failures)
    assert sum(row["failed"] for row in figures["summary"]) == len(report.failures)
    page = report.to_markdown()
    assert "| tests.testing.losses.wrong_divisor | jax-jit | float64 |" in page
    assert page.count("```python") == len(report.failures)
    with pytest.raises(AssertionError, match="checks failed") as raised:
        report.raise_for_failures()
    assert report.smallest_failure().code in str(raised.value)


def test_an_infinite_error_is_not_shown_as_one_that_was_not_checked():
    report = check_parity(
        lambda x: x.sum() / 0, lambda x: x.sum(), {"x": ERRORS + 9}, **ON_NUMPY
    )
    (row,) = [
        line for line in report.to_markdown().splitlines() if "| float32 |" in line
    ]
    assert row.endswith("| numpy | float32 | 1 | 1 | inf | - | - |")
    page = report.to_html()
    assert page.count('data-sort="Infinity">∞</td>') == len(report.failures)
    assert json.loads(report.to_json())["summary"][0]["value"] is None


def test_a_call_without_options_has_its_defaults_in_every_report():
    report = check_parity(losses.wrong_divisor, losses.absolute_torch, INPUTS)
    table = Console(file=io.StringIO(), width=120)
    table.print(report.table())
    shown = (
        report.to_markdown(),
        report.to_html(),
        repr(report),
        table.file.getvalue(),
    )
    for text in shown:
        assert "(defaults)" in text
        assert "[]" not in text
    assert {row["call"] for row in json.loads(report.to_json())["failures"]} == {"[]"}


def test_nothing_checked_is_no_success():
    report = check_parity(losses.absolute, losses.absolute_torch, INPUTS, options=[])
    assert not report.passed
    with pytest.raises(AssertionError, match="nothing was checked"):
        report.raise_for_failures()
