"""The scale-invariant signal-to-distortion ratio against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import NO_BROADCAST, X, Y
from parity.info import LossInfo
from parity.packages.audio import si_sdr_of_torchmetrics
from parity.references.audio import si_sdr
from parity.row import Row


def plain(rng):
    # So loud that the eps of float32, which the reference lacks, is nothing.
    target, noise = 64 * rng.standard_normal((2, 2, 3, 16))
    # Of losses that are nearly equal, the gradient in a weight is a small difference.
    sizes = [np.linalg.norm(v, axis=-1, keepdims=True) for v in (target, noise)]
    noise *= np.asarray([0.25, 0.6, 0.4])[:, None] * sizes[0] / sizes[1]
    return {"input": target + noise, "target": target}


def weighted(rng):
    return plain(rng) | {"weight": rng.random((2, 3)) + 0.5}


def gained(rng):
    # Signals of other sizes than the target, and of the other sign.
    inputs = plain(rng)
    inputs["input"] = inputs["input"] * np.asarray([[8.0, -2.0, 0.125]])[..., None]
    return inputs


def silent(rng):
    inputs = plain(rng)
    inputs["input"][0, 0] = inputs["target"][0, 1] = 0.0
    inputs["input"][1, 0] = inputs["target"][1, 0] = 0.0
    return inputs


def masked(rng):
    inputs = weighted(rng) | {"where": np.asarray([[True, True, False], [False] * 3])}
    inputs["input"][0, 2, 1], inputs["target"][1, 0, 0] = np.nan, np.inf
    return inputs


def upright(rng):
    return {name: np.moveaxis(x, -1, 0) for name, x in plain(rng).items()}


def broadcast(rng):
    input, target = plain(rng).values()
    return {"input": input - target + target[0, :1], "target": target[0, :1]}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


LOSS, BOTH = fl.si_sdr_loss, ("input", "target")
REDUCED = {"reduction": ["none", "mean", "sum"]}
FORMS = {"zero_mean": [False, True], "scaling": [True, False]}
TORCHMETRICS = Package(
    "torchmetrics scale_invariant_signal_distortion_ratio",
    si_sdr_of_torchmetrics,
    quirk="the ratio, negated here; without scaling it is signal_noise_ratio",
)
ROW = {"misfit": NO_BROADCAST, "bad_options": (
    ({"axis": 2}, "axis must be an integer in -2..1, got 2"),
)}  # fmt: skip
SIGNALS = 2 * ("f32[64,16000]",)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, si_sdr, plain, FORMS | REDUCED, BOTH, also=[TORCHMETRICS]),
            Case(LOSS, si_sdr, weighted, REDUCED, (*BOTH, "weight")),
            Case(LOSS, si_sdr, gained, FORMS, BOTH),
            # Silence is a number of decibels above the eps of the dtype.
            Case(
                LOSS,
                si_sdr,
                silent,
                FORMS | {"reduction": ["none"]},
                BOTH,
                dtypes=("float64",),
            ),
            Case(LOSS, si_sdr, masked, REDUCED | FORMS, (*BOTH, "weight")),
            Case(LOSS, si_sdr, broadcast, {"axis": [-1]} | REDUCED, BOTH),
            Case(LOSS, si_sdr, upright, {"axis": [0, -3], "reduction": ["none"]}, BOTH),
            Case(LOSS, si_sdr, empty, {"reduction": ["mean", "sum"]}, BOTH),
        ],
        rows=[
            Row({"input": X, "target": Y}, **ROW),
            Row({"input": X, "target": Y}, options={"scaling": False}),
        ],
        gates=[Gate(SIGNALS, Limit(8), Limit(8.2), Limit(190))],
        curve=Curve(
            "one sample",
            (-4.0, 4.0),
            "its other samples 1.25, -0.5; the target 1, 1, -1",
            {"input": f64([0.0, 1.25, -0.5]), "target": f64([1.0, 1.0, -1.0])},
            {"input": f64([1.0, 0.0, 0.0])},
            reference=si_sdr,
        ),
        number=0.5,
    )
]
