"""SSIM and MS-SSIM against their formulas."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.info import LossInfo
from parity.losses.total_variation import IMAGES
from parity.packages.image import (
    ms_ssim_of_pytorch_msssim,
    ssim_of_kornia,
    ssim_of_pytorch_msssim,
    ssim_of_torchmetrics,
)
from parity.references.image import ssim
from parity.row import Row

LOSS = fl.ssim_loss
TRUTH = [
    [[0.75, -1.0, 0.5], [1.5, 1.25, -0.75]],
    [[-1.0, 1.75, 0.5], [0.375, -0.75, 0.125]],
    [[1.0, 0.5, -0.5], [-0.125, 1.25, 2.0]],
]
BOTH = ("input", "target")
PAPER = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def drawn(rng, *shape):
    target = rng.random(shape)
    return {"input": target + 0.3 * rng.standard_normal(shape), "target": target}


def plain(rng):
    return drawn(rng, 2, 3, 12, 13)


def small(rng):
    # Constant images, equal ones, and one that is mirrored.
    inputs = drawn(rng, 5, 4, 5)
    inputs["input"][0], inputs["target"][0] = 0.25, 0.75
    inputs["input"][1] = inputs["target"][1]
    inputs["input"][2] = -inputs["target"][2]
    inputs["input"][3] = 1 - inputs["target"][3]
    return inputs


def pyramid(rng):
    # The second image is mirrored, so its product has a factor that is cut at 0.
    inputs = drawn(rng, 3, 2, 36, 36)
    inputs["input"][1] = 1 - inputs["target"][1]
    return inputs


def odd(rng):
    return drawn(rng, 2, 7, 10)


def weighted(rng):
    return small(rng) | {"weight": rng.random(5) + 0.5}


def masked(rng):
    inputs = weighted(rng) | {"where": np.asarray([True, False, True, True, False])}
    inputs["input"][1, 1, 2], inputs["target"][4, 0, 0] = np.nan, np.inf
    return inputs


def volume(rng):
    return drawn(rng, 2, 5, 3, 4)


def real(rng):
    names = {"data_range": 2.0, "k1": 0.25, "k2": 0.5}
    inputs = drawn(rng, 2, 4, 5)
    # Brighter throughout: else derivatives in k1 are small differences.
    inputs["input"] += 1.0
    return inputs | {name: np.asarray(x) for name, x in names.items()}


def empty(rng):
    return drawn(rng, 0, 3, 3)


REDUCED = {"reduction": ["none", "mean", "sum"]}
PADDED = {"padding": ["valid", "reflect", "same"]}
TINY = {"window_size": [3]}
ROUNDED = "its window is of float32"
MSSSIM = Package("pytorch-msssim ssim", ssim_of_pytorch_msssim, 1e-5, ROUNDED,
                 options=[{"data_range": [1.0, 2.0]},
                          {"window_size": [5], "sigma": [1.0]}])  # fmt: skip
MS_SSIM = Package(
    "pytorch-msssim ms_ssim",
    ms_ssim_of_pytorch_msssim,
    1e-5,
    f"{ROUNDED}; puts zeros around images of an odd number of pixels",
    options=TINY | {"scales": [(0.5, 0.75)]},
)
TORCHMETRICS = Package(
    "torchmetrics structural_similarity_index_measure",
    ssim_of_torchmetrics,
    quirk="takes the mean over the channels of an image, so each is given as an image",
    options=REDUCED | {"padding": ["reflect"]},
)
KORNIA = Package(
    "kornia ssim_loss",
    ssim_of_kornia,
    quirk="is half of it; calls a mirrored border the same",
    options={"padding": ["valid", "reflect"], "window_size": [5, 11]},
)

NEED = "images need {} pixels along each axis for window_size 3 and padding"

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, ssim, plain,
                 [REDUCED, PADDED, {"dtype": ["float32"]},
                  {"data_range": [2.0], "sigma": [0.75], "k1": [0.1], "k2": [0.2]}],
                 BOTH, also=[MSSSIM, TORCHMETRICS, KORNIA]),
            Case(LOSS, ssim, small, TINY | PADDED | {"reduction": ["none"]}, BOTH),
            Case(LOSS, ssim, pyramid,
                 TINY | {"scales": [(0.5, 0.75)], "reduction": ["none"]},
                 BOTH, also=[MS_SSIM]),
            Case(LOSS, ssim, odd,
                 TINY | PADDED | {"scales": [(0.25, 0.5), (2.0,)]}, BOTH),
            Case(LOSS, ssim, weighted, TINY | REDUCED, (*BOTH, "weight")),
            Case(LOSS, ssim, masked, TINY | REDUCED, (*BOTH, "weight")),
            Case(LOSS, ssim, volume,
                 TINY | {"axes": [(1, 2, 3), (3, 1), 1], "padding": ["reflect"],
                         "reduction": ["none"]}),
            Case(LOSS, ssim, real, TINY, (*BOTH, "data_range", "k1", "k2")),
            Case(LOSS, ssim, empty, TINY | {"reduction": ["mean", "sum"]}),
        ],
        rows=[
            Row(
                {"input": IMAGES, "target": TRUTH},
                reals={"data_range": 2.5, "k1": 0.125, "k2": 0.25},
                options={"window_size": 3, "padding": "reflect"},
                misfit=(
                    {"input": (3, 4, 4), "target": (3, 4, 5)},
                    "shapes must be equal, got input (3, 4, 4), target (3, 4, 5)",
                ),
                bad_options=(
                    *(
                        ({name: x}, f"{name} must be > 0 and < inf, got {x}")
                        for name in ("data_range", "sigma", "k1", "k2")
                        for x in (-1.0, 0.0, np.inf, np.nan)
                    ),
                    ({"window_size": 4}, "window_size must be odd, got 4"),
                    ({"window_size": 0}, "window_size must be >= 1, got 0"),
                    (
                        {"padding": "zero"},
                        "padding must be 'valid', 'reflect' or 'same', got 'zero'",
                    ),
                    (
                        {"padding": "valid"},
                        f"{NEED.format(3)} 'valid', got 2 x 3",
                    ),
                    (
                        {"scales": (0.5, 0.5)},
                        f"{NEED.format(2)} 'reflect', got 1 x 1 at scale 2 of 2",
                    ),
                    ({"scales": (0.5, -1.0)}, "scales[1] must be > 0 and < inf, got"),
                    ({"scales": ()}, "scales must be None or a tuple of exponents"),
                ),
            ),
            Row(
                {"input": IMAGES, "target": TRUTH},
                options={"window_size": 3, "padding": "same", "scales": (0.5, 0.25)},
            ),
        ],
        gates=[
            Gate(2 * ("f32[16,3,256,256]",), Limit(140), Limit(180), Limit(1300)),
        ],
        curve=Curve(
            "one pixel",
            (-2.0, 3.0),
            "a signal of three; the others are 0.31 and 0.87; the other signal is "
            "0.23, 0.61 and 0.79",
            {"input": f64([[0.31, 0.0, 0.87]]), "target": f64([[0.23, 0.61, 0.79]])},
            {"input": f64([[0.0, 1.0, 0.0]])},
            {"axes": -1, "window_size": 3},
            reference=ssim,
        ),
        no_number="an image is compared with an image",
    )
]  # fmt: skip
