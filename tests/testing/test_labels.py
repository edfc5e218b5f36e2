"""`check_labels` finds labels that count in silence, and ignored ones that count."""

import numpy as np
import pytest
import torch

import funloss as fl
from funloss.testing import check_labels
from tests.testing import planted

RNG = np.random.default_rng(2)
SCORES = {"input": RNG.standard_normal((3, 4)), "target": np.asarray([1, 0, 3])}
WEIGHT = {"weight": np.asarray([0.5, 1.0, 2.0, 4.0])}
IMAGES = {
    "input": RNG.standard_normal((2, 3, 2)),
    "target": np.asarray([[1, 2], [-100, 0]]),
}


@pytest.mark.parametrize("library", ["jax", "torch", "numpy"])
@pytest.mark.parametrize(
    ("loss", "inputs", "reduction"),
    [
        (fl.cross_entropy, SCORES | WEIGHT, "mean"),
        (fl.cross_entropy, IMAGES, "none"),
        (fl.nll_loss, SCORES, "sum"),
    ],
)
def test_no_fault_in_a_loss_that_is_right(loss, inputs, reduction, library):
    options = {"reduction": [reduction]}
    report = check_labels(
        loss, inputs, ignore_index=-100, options=options, library=library
    )
    report.raise_for_failures()
    # Four labels are wrong; value and derivative are right without an ignored row.
    ways, quantities = (2 if library == "jax" else 1), (1 if library == "numpy" else 2)
    assert len(report.checks) == ways * (4 + quantities)


def test_no_fault_where_the_class_axis_is_the_first():
    turned = SCORES | {"input": SCORES["input"].T}
    options = {"axis": [0], "ignore_index": [255]}
    check_labels(
        fl.cross_entropy,
        turned,
        axis=0,
        ignore_index=255,
        options=options,
        library="torch",
    ).raise_for_failures()


@pytest.mark.parametrize(
    ("loss", "faults"),
    [
        (
            planted.wraps_labels,
            {
                "with label -1": "label -1 counts as a class, or as nothing: ",
                "with label -5": "value is nan but the gradient is finite: training",
                "with label 4": "value is nan but the gradient is finite: training",
            },
        ),
        (
            planted.counts_no_class_as_nothing,
            {f"with label {n}": f"label {n} counts as" for n in (-1, 4, 104, -5, -100)},
        ),
    ],
)
def test_labels_that_pass_in_silence_are_found_and_shown(loss, faults):
    report = check_labels(loss, SCORES)
    for way in ("jax-eager", "jax-jit"):
        found = {c.call: c for c in report.failures if c.library == way}
        assert found.keys() >= faults.keys()
        assert all(found[call].fault.startswith(faults[call]) for call in faults)
        got, want = planted.reproduced(found["with label -1"])
        assert np.isfinite(got)
        assert want == "an exception, or nan"


def test_ignored_rows_in_the_divisor_are_found_and_shown():
    report = check_labels(
        planted.divides_by_ignored_rows, SCORES, ignore_index=-100, library="torch"
    )
    assert [c.quantity for c in report.failures] == ["value", "gradient wrt input"]
    assert report.failures[0].call == "with label -100 in rows [1]"
    got, want = planted.reproduced(report.failures[0])
    np.testing.assert_allclose(got * 3 / 2, want, rtol=1e-12)


def test_a_function_that_always_raises_has_failed():
    report = check_labels(torch.linalg.inv, SCORES, library="torch")
    assert report.failures[0].fault.startswith("raised TypeError")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "input"}, r"inputs\['input'\] must be an array of integers"),
        ({"labels": "label"}, "must be an array of integers, got None"),
        ({"axis": 2}, "axis must be one of the first floating input's, got 2"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        check_labels(fl.cross_entropy, SCORES, library="numpy", **options)
