"""The cases under pytest, with the deviations and the tutorial."""

import numpy as np
import pytest

from funloss.testing import Report
from parity.check import check
from parity.collection import CASES, batches, losses
from parity.deviations import DEVIATIONS, both_sides
from parity.plan import everything
from parity.tutorial import EXAMPLES
from parity.tutorial import LIBRARIES as TUTORIAL_LIBRARIES


# All calls in float64, where the least is allowed. JAX and the other dtypes: samples of
# `python -m parity`, which comes first in the quick start, and all in a full run.
@pytest.mark.parametrize("library", ["numpy", "array-api-strict", "torch"])
@pytest.mark.parametrize("loss", losses())
def test_loss_agrees_with_torch(loss, library):
    report = Report(loss)
    for batch in batches([loss]):
        calls = batch.calls()
        report.add(check(calls, everything(calls, [library], ["float64"])))
    report.raise_for_failures()


def test_every_call_has_a_name_of_its_own():
    names = [call.id for case in CASES for call in case.calls()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("row", "side"), both_sides(DEVIATIONS))
def test_deviation_still_exists(row, side):
    assert row.shown_by(side) == ""


@pytest.mark.parametrize("library", TUTORIAL_LIBRARIES)
@pytest.mark.parametrize("loss", sorted(EXAMPLES.keys() - {"kl_div"}))
def test_tutorial_prints_the_same_number(loss, library):
    example = EXAMPLES[loss]
    assert abs(example.value(library) - example.printed) <= example.bound


@pytest.mark.parametrize("library", TUTORIAL_LIBRARIES)
def test_tutorial_kl_div_is_nan_by_the_rule_of_today(library):
    assert np.isnan(EXAMPLES["kl_div"].value(library))


@pytest.mark.parametrize("library", TUTORIAL_LIBRARIES)
def test_tutorial_kl_div_is_the_printed_number_without_negative_targets(library):
    example = EXAMPLES["kl_div"]
    input, target = example.arrays
    total = example.value(library, reduction="sum", where=target > 0)
    assert abs(total / len(input) - example.printed) <= example.bound
