"""The harness itself: it passes a right loss, and catches and shows a wrong one."""

import code
import json

import array_api_compat
import ml_dtypes
import numpy as np
import pytest
from torch.nn import functional as F

from funloss.testing.harness import (
    Outcome,
    Problem,
    error_in_ulps,
    scales,
    to_numpy,
    with_cotangents,
)
from parity.__main__ import main
from parity.case import Case
from parity.check import check
from parity.libraries import LIBRARIES
from parity.plan import everything
from parity.references import kept

DERIVING = {"torch", "jax-jit", "jax-vmap"}


def corner(rng):
    input, target = rng.standard_normal((2, 4, 5))
    input[0] = target[0]
    return {"input": input, "target": target}


def masked(rng):
    inputs = corner(rng) | {"where": np.asarray([[True], [False], [True], [True]])}
    inputs["input"][1] = np.nan
    return inputs


def many(rng):
    return {"input": rng.standard_normal((2000, 1)), "target": np.zeros((2000, 1))}


def right(input, target, *, reduction="mean"):
    return _absolute(input, target, reduction)


def wrong_divisor(input, target, *, reduction="mean"):
    rows = input.shape[0] if reduction == "mean" else 1
    return _absolute(input, target, "sum" if rows > 1 else reduction) / rows


def wrong_gradient_at_the_corner(input, target, *, reduction="mean"):
    return _absolute(input, target, reduction, corner=1.0)


def rounds_at_every_step(input, target, *, reduction="mean"):
    return _absolute(input, target, reduction, widen=False)


def twice(input, target, *, reduction="mean"):
    xp = array_api_compat.array_namespace(input)
    loss = 2 * (input - target) * (input - target)
    if reduction == "none":
        return loss
    return xp.sum(loss) if reduction == "sum" else xp.mean(loss)


def leaks_nan(input, target, *, reduction="mean", where):
    xp = array_api_compat.array_namespace(input)
    loss = _absolute(input, target, "none")
    total = xp.sum(loss * xp.astype(where, loss.dtype))
    return total / (xp.sum(xp.astype(where, loss.dtype)) * loss.shape[1])


def widens_the_result(input, target, *, reduction="mean"):
    xp = array_api_compat.array_namespace(input)
    return xp.astype(_absolute(input, target, reduction), xp.float64)


def keeps_the_axis(input, target, *, reduction="mean"):
    return _absolute(input, target, reduction)[..., None]


def raises(input, target, *, reduction="mean"):
    msg = "not today"
    raise ValueError(msg)


def _absolute(input, target, reduction, *, corner=0.0, widen=True):
    xp = array_api_compat.array_namespace(input)
    wide = xp.float64 if input.dtype == xp.float64 else xp.float32
    dtype = wide if widen else input.dtype
    error = xp.astype(input, dtype) - xp.astype(target, dtype)
    right, left = (xp.astype(side, dtype) for side in (error > 0, error < 0))
    loss = error * (right - left + corner * xp.astype(error == 0, dtype))
    if reduction != "none":
        row = loss[0, ...]
        for index in range(1, loss.shape[0]):
            row = row + loss[index, ...]
        total = row[0]
        for index in range(1, row.shape[0]):
            total = total + row[index]
        size = loss.shape[0] * loss.shape[1] if reduction == "mean" else 1
        loss = total / size
    return xp.astype(loss, input.dtype)


def faults(
    loss, inputs=corner, reference=F.l1_loss, reductions=("none", "mean", "sum")
):
    case = Case(loss, reference, inputs, {"reduction": reductions}, ("input", "target"))
    checks = check(list(case.calls()))
    assert {c.library for c in checks} == LIBRARIES.keys()
    return [found for found in checks if found.fault]


def test_right_loss_has_no_fault():
    assert faults(right) == []


@pytest.mark.parametrize(
    ("loss", "seen_by", "quantity", "dtype"),
    [
        (wrong_divisor, LIBRARIES.keys(), "value", "float64"),
        (wrong_gradient_at_the_corner, DERIVING, "gradient wrt target", "float64"),
        (widens_the_result, {"numpy", "array-api-strict", "torch"}, "value", "float32"),
        (keeps_the_axis, LIBRARIES.keys(), "value", "float64"),
        (raises, LIBRARIES.keys(), "value", "float64"),
    ],
)
def test_broken_loss_is_red(loss, seen_by, quantity, dtype):
    found = faults(loss)
    alike = [f for f in found if (f.quantity, f.dtype) == (quantity, dtype)]
    assert {f.library for f in alike} >= seen_by


def test_sum_that_rounds_at_every_step_is_red():
    case = Case(rounds_at_every_step, F.l1_loss, many, {"reduction": ["mean"]})
    calls = list(case.calls())
    found = check(calls, everything(calls, ["numpy", "torch"]))
    values = {f.dtype: bool(f.fault) for f in found if f.quantity == "value"}
    assert values["bfloat16"]
    assert not values["float64"]


def test_nan_that_leaks_through_a_mask_is_red():
    reference = kept(F.l1_loss, input=None, target=None)
    found = faults(leaks_nan, masked, reference, ["mean"])
    assert {f.library for f in found if f.quantity == "value"} == LIBRARIES.keys()


def test_printed_code_shows_each_fault():
    # Everything is twice what it should be, so the code can be held to its numbers.
    found = [f for f in faults(twice, reference=F.mse_loss) if f.dtype == "float64"]
    codes = {(f.library, f.quantity): f.code for f in found}
    assert {quantity for library, quantity in codes if library == "jax-vmap"} == {
        "value",
        *("gradient wrt input", "gradient wrt target"),
        *("Hessian-vector product wrt input", "Hessian-vector product wrt target"),
    }
    for text in codes.values():
        names = run(text)
        got = np.asarray(to_numpy(names["got"]), dtype=np.float64)
        np.testing.assert_allclose(got, 2 * names["want"], rtol=1e-13)


def run(text):
    console = code.InteractiveConsole()
    for line in text.splitlines():
        console.push(line)
    return console.locals


def test_smallest_failing_call_is_printed_and_the_status_is_one(monkeypatch, capsys):
    case = Case(wrong_divisor, F.l1_loss, corner, {"reduction": ["mean", "sum"]})
    monkeypatch.setattr("parity.collection.CASES", [case])
    chosen = ["--full", "--library", "numpy", "--dtype", "float64"]
    assert main([*chosen, "--jobs", "1"]) == 1
    printed = capsys.readouterr().out
    assert "wrong_divisor-corner[reduction=mean], numpy, float64" in printed
    assert "wrong_divisor(input, target, reduction='mean')" in printed
    assert "1 of 2 checks failed" in printed


def test_status_is_zero_and_figures_are_kept_if_all_agree(tmp_path, capsys):
    file = tmp_path / "figures.json"
    chosen = ["--loss", "l1_loss", "--library", "numpy", "--dtype", "float32"]
    assert main(["--full", *chosen, "--jobs", "1", "--json", str(file)]) == 0
    assert "checks passed" in capsys.readouterr().out
    figures = json.loads(file.read_text())
    (summary,) = figures["summary"]
    assert summary["failed"] == 0
    assert summary["checks"] > 20
    assert figures["failures"] == []


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", ml_dtypes.bfloat16])
def test_neighbouring_numbers_are_one_ulp_apart(dtype):
    want = np.asarray([1.0, -2.0, 1024.0])
    got = (want * (1 + 2.0 ** -ml_dtypes.finfo(dtype).nmant)).astype(dtype)
    np.testing.assert_array_equal(error_in_ulps(got, want, np.dtype(dtype).name, 0), 1)


def test_nan_equals_nan_and_zeros_have_no_sign_but_infinities_have():
    want = np.asarray([np.nan, 0.0, np.inf, np.inf, np.nan, 1.0])
    got = np.asarray([np.nan, -0.0, np.inf, -np.inf, 1.0, np.nan])
    errors = error_in_ulps(got, want, "float64", 1.0)
    np.testing.assert_array_equal(errors, [0, 0, 0, np.inf, np.inf, np.inf])


def test_scale_of_a_single_value_does_not_depend_on_its_cotangent():
    inputs = {"x": np.asarray([3.0, -4.0])}
    found = []
    for cotangent in (0.125, 8.0):
        weights = (np.asarray(cotangent),)
        problem = Problem(np.sum, ("x",), inputs, {}, ("x",), 1, weights)
        expected = Outcome([np.asarray(-1.0)], [np.full(2, cotangent)], [])
        (scale,) = scales(problem, expected, "float64")["values"]
        found.append(float(scale))
    assert found == [7.0, 7.0]


def test_cotangents_of_a_problem_have_one_sign():
    problem = Problem(np.sum, ("x",), {"x": np.zeros(())}, {})
    first, signs = Outcome([np.zeros((2, 3)), np.zeros(())], [], []), set()
    for seed in range(16):
        dtype = ("float32", "bfloat16")[seed % 2]
        for draw in with_cotangents(problem, first, str(seed), dtype).cotangents:
            assert draw.dtype.name == dtype
            signs.add(tuple(np.unique(np.sign(draw.astype(float)))))
    assert signs == {(-1.0,), (1.0,)}
