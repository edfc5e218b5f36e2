"""`check_transforms` finds what JAX changes, and nothing in losses that it may not."""

import jax
import numpy as np
import pytest

import funloss as fl
from funloss.testing import check_transforms
from tests.testing import planted

RNG = np.random.default_rng(9)
PAIR = {"input": RNG.standard_normal((2, 3)), "target": RNG.standard_normal((2, 3))}
SCORES = {"input": RNG.standard_normal((3, 4)), "target": np.asarray([1, -100, 3])}


@pytest.mark.parametrize(
    ("loss", "inputs", "dtype"),
    [
        (fl.l1_loss, PAIR, "float64"),
        (fl.huber_loss, PAIR, "float32"),
        (fl.binary_cross_entropy_with_logits, PAIR, "bfloat16"),
        (fl.cross_entropy, SCORES, "float32"),
    ],
)
def test_no_fault_in_a_loss_that_is_right(loss, inputs, dtype):
    options = {"reduction": ["mean"]}
    report = check_transforms(loss, inputs, options=options, dtype=dtype)
    report.raise_for_failures()
    # Two draws in each of four modes, value and derivative, and two of compilations.
    assert len(report.checks) == 2 * (2 + 2) + 2 * 2 + 2


@pytest.mark.parametrize(
    ("loss", "library", "fault"),
    [
        (planted.branches_on_a_value, "jax-jit", "raised TracerBoolConversionError"),
        (planted.captures_data, "jax-jit", "instead of"),
        (planted.captures_data, "jax-scan", "instead of"),
        (planted.mixes_draws, "jax-vmap", "instead of"),
        (planted.compiles_for_each_scale, "jax-eager", "for new data of the same"),
    ],
)
def test_a_planted_fault_is_found(loss, library, fault):
    report = check_transforms(loss, PAIR)
    assert any(c.library == library and fault in c.fault for c in report.failures)


def test_only_vmap_is_blamed_for_mixed_draws_and_its_code_shows_it():
    failures = check_transforms(planted.mixes_draws, PAIR).failures
    assert {failure.library for failure in failures} == {"jax-vmap"}
    for failure in failures:
        got, want = planted.reproduced(failure)
        assert got.shape == want.shape
        assert not np.allclose(got, want)


def test_code_for_what_compiles_again_lists_it(caplog):
    (failure,) = check_transforms(planted.compiles_for_each_scale, PAIR).failures
    jax.clear_caches()
    assert planted.run(failure.code)["number"] == 2
    assert "Compiling jit(_scaled)" in caplog.text


def test_a_second_trace_is_found(monkeypatch):
    plain = jax.vjp

    def forgets(*arguments):
        jax.clear_caches()
        return plain(*arguments)

    def right(input, target):
        return fl.mse_loss(input, target)

    monkeypatch.setattr(jax, "vjp", forgets)
    report = check_transforms(right, PAIR)
    assert "compiles" in report.failures[-1].fault


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="runs on JAX, got 'torch'"):
        check_transforms(fl.mse_loss, PAIR, library="torch")
    with pytest.raises(ValueError, match="got 'float8'"):
        check_transforms(fl.mse_loss, PAIR, dtype="float8")
