"""The distance of spectra, worked by hand and by `torch.stft`."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from parity.references.audio import stft
from tests.assertions import assert_close, to_numpy

NAN = math.nan
# Frames of two samples. Of a signal a, b, c they are (b, a), (a, b), (b, c) and (c, b),
# as its ends are reflected; the magnitudes are those of the sum and of the difference.
PAIRS = {"n_fft": 2, "hop": 1, "win_length": 2, "window": "boxcar"}
# Twice each: 4, 2, 2, 4 and 4, 4, 3, 5.
INPUT, TARGET = [1.0, 3.0, -1.0], [0.0, 4.0, -1.0]
CONVERGENCE = math.sqrt((0 + 4 + 1 + 1) / (16 + 16 + 9 + 25))
LOGS = (0 + math.log(4 / 2) + math.log(3 / 2) + math.log(5 / 4)) / 4


def loss(*arrays, convergence=0.0, log_magnitude=0.0, magnitude=0.0, **options):
    return fl.stft_loss(
        *arrays,
        convergence=convergence,
        log_magnitude=log_magnitude,
        magnitude=magnitude,
        **{"reduction": "none"} | PAIRS | options,
    )


def arrays(xp, *values):
    return [xp.asarray(x, dtype=xp.float64) for x in values]


def target_like(x):
    return fl.array_namespace(x).asarray(TARGET, dtype=x.dtype)


def test_values(any_xp):
    x, t = arrays(any_xp, INPUT, TARGET)
    assert_close(loss(x, t, convergence=1), CONVERGENCE)
    assert_close(loss(x, t, log_magnitude=1), LOGS)
    assert_close(loss(x, t, magnitude=1), (0 + 2 + 1 + 1) / 4)
    terms = {"convergence": 2, "log_magnitude": 3, "magnitude": 0.5}
    assert_close(loss(x, t, **terms), 2 * CONVERGENCE + 3 * LOGS + 0.5)
    assert_close(fl.stft_loss(x, t, **PAIRS), CONVERGENCE + LOGS)
    assert_close(loss(x, t), 0.0)


def test_gradients(derivative):
    def of_magnitudes(x):
        return loss(x, target_like(x), magnitude=1)

    # The sum of the first pair is that of the target's, and has gradient 0.
    assert_close(derivative(of_magnitudes, INPUT), [0.25, -0.75, 0.0])

    def of_norms(x):
        return loss(x, target_like(x), convergence=1)

    expected = np.asarray([4, -8, 0]) / math.sqrt(12 * 132)
    assert_close(derivative(of_norms, INPUT), expected, atol=1e-15)

    def of_equal(x):
        weights = {"convergence": 1, "log_magnitude": 1, "magnitude": 1}
        return loss(x, target_like(x), **weights)

    assert_close(derivative(of_equal, TARGET), [0.0, 0.0, 0.0])


def test_bands_add_up_magnitudes(any_xp):
    x, t, bank = arrays(any_xp, INPUT, TARGET, [[1.0, 1.0], [0.0, 0.0]])
    # 6 and 6 instead of 8 and 8; the other band is 0 in both, and counts in means.
    assert_close(loss(x, t, filters=bank, convergence=1), 0.25)
    assert_close(loss(x, t, filters=bank, log_magnitude=1), math.log(8 / 6) / 2)
    assert_close(loss(x, t, filters=(bank,), magnitude=1), 1.0)


def test_a_batch_has_one_ratio(xp):
    x, t = arrays(xp, [INPUT, [2.0, 2.0, 2.0], [NAN] * 3], [TARGET, [1.0] * 3, TARGET])
    keep = xp.asarray([True, True, False])
    # Of the second signal, the sums are 4 instead of 2, and the differences at eps.
    squares = np.asarray([2 * 6, 4 * 4]), np.asarray([2 * 66, 4 * (4 + 1)])
    options = {"convergence": 1, "where": keep, "eps": 1.0}
    got = loss(x, t, **options)
    assert_close(got, [*np.sqrt(squares[0] / squares[1]), 0], rtol=1e-12)
    whole = math.sqrt(squares[0].sum() / squares[1].sum())
    got = loss(x, t, batch=True, **options)
    assert_close(got, [whole, whole, 0.0], rtol=1e-12)
    assert_close(loss(x, t, batch=True, reduction="mean", **options), whole)


def test_the_floor_has_no_gradient(derivative):
    def of_both(x):
        return loss(x, 0 * x, convergence=1, log_magnitude=1)

    zero = np.zeros(3)
    assert_close(derivative(of_both, zero), zero)
    assert_close(derivative(of_both, zero + 1e-6), zero)
    # Louder than the floor, against silence: finite, and upwards.
    assert np.all(to_numpy(derivative(of_both, zero + 1)) > 0)
    floor = 1e-4
    sizes = np.asarray([4, 2, 2, 4])
    expected = math.sqrt(np.sum((sizes - floor) ** 2)) / (2 * floor)
    assert_close(loss(np.asarray(INPUT), zero, convergence=1), expected)


def tones(samples):
    rng = np.random.default_rng(0)
    target = rng.standard_normal((2, samples))
    return target + rng.standard_normal((2, samples)) / 4, target


DEFAULTS = {
    "n_fft": (1024, 2048, 512),
    "hop": (120, 240, 50),
    "win_length": (600, 1200, 240),
}
# Frames that overlap so often are taken in another way.
DENSE = {"n_fft": (40, 30), "hop": (1, 2), "win_length": (36, 29)}


@pytest.mark.parametrize(
    ("sizes", "samples", "given"), [(DEFAULTS, 1300, {}), (DENSE, 50, DENSE)]
)
def test_frames_are_those_of_torch(sizes, samples, given):
    pair = tones(samples)
    tensors = [torch.asarray(v, dtype=torch.float64).requires_grad_() for v in pair]
    expected: Any = stft(*tensors, **sizes)
    gradients = torch.autograd.grad(expected, tensors)

    def loss(x, t):
        return fl.stft_loss(x, t, **given)

    got, ours = jax.value_and_grad(loss, (0, 1))(*map(jnp.asarray, pair))
    assert_close(got, expected.item(), rtol=1e-13)
    assert_close(loss(*pair), expected.item(), rtol=1e-13)
    for one, other in zip(ours, gradients, strict=True):
        # Sums of many terms, which may all but cancel: rounded as the largest entry.
        largest = other.abs().max().item()
        assert_close(one, other.numpy(), rtol=1e-9, atol=1e-12 * largest)


def test_sizes_are_of_a_resolution_or_of_all():
    x, t = tones(24)
    one = [
        fl.stft_loss(x, t, n_fft=n, hop=4, win_length=length)
        for n, length in ((8, 6), (16, 6))
    ]
    several = fl.stft_loss(x, t, n_fft=[8, 16], hop=4, win_length=6)
    assert_close(several, np.mean(one))


FAULTS = [
    ({"n_fft": (8, 16), "hop": (4, 4, 4)}, ValueError, "got 2 for n_fft, 3 for hop, 1"),
    ({"n_fft": ()}, ValueError, "there must be a size for each resolution, or one for"),
    ({"hop": 4.0}, TypeError, r"hop must be a Python integer, got 4\.0"),
    ({"filters": np.ones((2, 4))}, ValueError, r"filters must have shape \(bands, 5\)"),
    ({"filters": [None] * 2}, ValueError, "filters must be one array or 1, got 2"),
]


@pytest.mark.parametrize(("options", "error", "message"), FAULTS)
def test_sizes_that_do_not_fit_are_named(options, error, message):
    x, t = tones(24)
    with pytest.raises(error, match=message):
        fl.stft_loss(x, t, **{"n_fft": 8, "hop": 4, "win_length": 6} | options)
