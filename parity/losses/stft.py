"""The distance of spectra against torch.stft."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.info import LossInfo
from parity.packages.audio import stft_of_auraloss
from parity.references.audio import stft
from parity.row import Row

SIGNALS = [
    [0.5, -1.25, 0.25, 2.0, 0.75, -0.5, 1.5, -0.125],
    [-0.75, 1.5, 1.0, 0.125, -1.0, 0.375, 0.5, 2.0],
    [1.25, 0.25, -0.25, -0.5, 1.75, 2.5, -1.0, 0.75],
]
TARGETS = [
    [1.0, -0.5, 0.75, 1.25, 0.25, -1.5, 0.5, 0.25],
    [0.25, 0.5, -1.0, 1.75, -0.5, 1.0, 1.5, -1.0],
    [0.5, -0.75, 1.0, 0.25, 2.0, 1.5, -0.25, -1.25],
]
SMALL = {"n_fft": 8, "hop": 4, "win_length": 6}


def least_magnitude(x, n_fft, hop, length, window):
    """Return the least magnitude of the frames of each signal, over the largest."""
    reach, start = n_fft // 2, (n_fft - length) // 2
    x = np.pad(x, [(0, 0), (reach, reach)], mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(x, n_fft, axis=-1)[:, ::hop]
    factors = np.zeros(n_fft)
    factors[start : start + length] = window(length + 1)[:-1]
    sizes = np.abs(np.fft.rfft(frames * factors))
    return sizes.min((1, 2)) / sizes.max((1, 2))


def drawn(rng, *resolutions):
    # Where a magnitude is nearly 0, its logarithm is no more exact than the transform:
    # of many signals, those that are furthest from that.
    target, noise = rng.standard_normal((2, 8000, 24))
    pairs = target + noise / 2, target
    least = [least_magnitude(x, *size) for x in pairs for size in resolutions]
    best = np.argsort(np.min(least, axis=0))[-6:]
    input, target = (x[best].reshape(2, 3, 24) for x in pairs)
    return {"input": input, "target": target}


def plain(rng):
    return drawn(rng, (8, 4, 6, np.hanning))


def windowed(rng):
    windows = np.hanning, np.hamming, np.blackman, np.ones
    return drawn(rng, *((8, 4, 6, window) for window in windows))


def several(rng):
    return drawn(rng, (8, 3, 8, np.hanning), (16, 8, 10, np.hanning))


def odd(rng):
    return drawn(rng, (7, 3, 4, np.hanning), (7, 3, 1, np.ones))


def filtered(rng):
    # The last band has no frequency.
    filters = np.asarray([[0.5, 1, 0.5, 0, 0], [0, 0, 0.25, 1, 0.5], [0.0] * 5])
    return plain(rng) | {"filters": filters}


def silent(rng):
    inputs = plain(rng)
    inputs["input"][0, 0] = inputs["target"][0, 1] = 0.0
    inputs["input"][1, 0] = inputs["target"][1, 0] = 0.0
    return inputs


def alike(rng):
    target = plain(rng)["target"]
    return {"input": target.copy(), "target": target}


def masked(rng):
    inputs = plain(rng) | {"where": np.asarray([[True, True, False], [False] * 3])}
    inputs["input"][0, 2, 1], inputs["target"][1, 0, 0] = np.nan, np.inf
    return inputs


def upright(rng):
    return {name: np.moveaxis(x, -1, 0) for name, x in plain(rng).items()}


def broadcast(rng):
    input, target = plain(rng).values()
    return {"input": input, "target": target[0, :1]}


def empty(rng):
    return {"input": np.zeros((0, 9)), "target": np.zeros((0, 9))}


LOSS, BOTH = fl.stft_loss, ("input", "target")
REDUCED = {"reduction": ["none", "mean", "sum"]}
ONE = {name: [size] for name, size in SMALL.items()}
BATCH = {"batch": [False, True]}
TERMS = {
    "convergence": [0.0, 0.75],
    "log_magnitude": [0.0, 1.5],
    "magnitude": [0.25],
}
SEVERAL = {"n_fft": [(8, 16)], "hop": [(3, 8)], "win_length": [(8, 10)]}
ODD = {"n_fft": [7], "hop": [3], "win_length": [4, 1]}
WINDOWS = {"window": ["hann", "hamming", "blackman", "boxcar"]}
AURALOSS = Package(
    "auraloss MultiResolutionSTFTLoss",
    stft_of_auraloss,
    quirk="its window is of float32, so it is given one of float64",
    options=[
        ONE | {"batch": [True], "reduction": ["mean"]} | TERMS,
        {name: [3 * (size,)] for name, size in SMALL.items()}
        | {"batch": [True], "reduction": ["mean"]},
    ],
)
SPECTRA = 2 * ("f32[16,16000]",)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                stft,
                plain,
                [ONE | REDUCED | BATCH, ONE | TERMS],
                BOTH,
                also=[AURALOSS],
            ),
            Case(LOSS, stft, windowed, ONE | WINDOWS, BOTH),
            Case(LOSS, stft, several, SEVERAL | BATCH, BOTH),
            Case(LOSS, stft, odd, ODD, BOTH),
            Case(LOSS, stft, filtered, ONE | BATCH, (*BOTH, "filters")),
            # The reference has no second derivatives at norms of 0.
            Case(LOSS, stft, silent, ONE | {"reduction": ["none"]}, BOTH, orders=1),
            Case(LOSS, stft, alike, ONE | {"magnitude": [1.0]}, BOTH, orders=1),
            Case(LOSS, stft, masked, ONE | REDUCED | BATCH, BOTH),
            Case(LOSS, stft, broadcast, ONE | BATCH | {"axis": [-1]}, BOTH),
            Case(
                LOSS,
                stft,
                upright,
                ONE | {"axis": [0, -3], "reduction": ["none"]},
                BOTH,
            ),
            Case(LOSS, stft, empty, ONE | {"reduction": ["mean", "sum"]}, BOTH),
        ],
        rows=[
            Row(
                {"input": SIGNALS, "target": TARGETS},
                options=SMALL,
                reals={
                    "convergence": 0.75,
                    "log_magnitude": 1.5,
                    "magnitude": 0.5,
                    "eps": 1e-3,
                },
                bad_options=(
                    ({"axis": 2}, "axis must be an integer in -2..1, got 2"),
                    ({"eps": 0.0}, "eps must be > 0, got 0.0"),
                    ({"magnitude": -1.0}, "magnitude must be >= 0, got -1.0"),
                    ({"hop": 0}, "hop must be >= 1, got 0"),
                    ({"win_length": 9}, "win_length must be at most n_fft, got 9 and"),
                    ({"window": "kaiser"}, "window must be 'hann', 'hamming', 'black"),
                    ({"n_fft": 16}, "signals must have more than n_fft // 2 = 8 sam"),
                ),
            ),
        ],
        gates=[Gate(SPECTRA, Limit(320), Limit(95), Limit(580))],
        curve=Curve(
            "gain of the input",
            (-2.0, 2.0),
            "a signal of 12 samples, which is the target with gain 1",
            {
                "input": f64([0.0] * 12),
                "target": f64(
                    [0.5, -1.25, 0.25, 2.0, 0.75, -0.5, 1.5, -0.125, 0.6, -1, 2, 0.3]
                ),
            },
            {
                "input": f64(
                    [0.5, -1.25, 0.25, 2.0, 0.75, -0.5, 1.5, -0.125, 0.6, -1, 2, 0.3]
                )
            },
            options={"n_fft": 8, "hop": 4, "win_length": 8},
            reference=stft,
        ),
        number=0.5,
    )
]
