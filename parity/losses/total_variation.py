"""Total variation against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.info import LossInfo
from parity.packages.image import total_variation_of_torchmetrics
from parity.references.image import total_variation
from parity.row import Row

IMAGES = [
    [[0.5, -1.25, 0.25], [2.0, 0.75, -0.5]],
    [[-0.75, 1.5, 1.0], [0.125, -1.0, 0.375]],
    [[1.25, 0.25, -0.25], [-0.5, 1.75, 2.5]],
]


def plain(rng):
    return {"input": rng.standard_normal((2, 3, 4, 5))}


def weighted(rng):
    # Of images that are equally rough, the gradient in a weight is a small difference
    # of large numbers.
    rough = np.asarray([2**-6, 1.0, 4.0])[:, None, None]
    input = plain(rng)["input"] * rough
    return {"input": input, "weight": rng.random((2, 3)) + 0.5}


def corners(rng):
    # Neighbours that are equal along one axis, along both, and everywhere.
    input = np.zeros((2, 3, 4))
    input[0] = [[0, 0, 1, 1], [0, 0, 1, 4], [2, 2, 2, 8]]
    return {"input": input}


def apart(rng):
    # Norms that torch's squares do not reach are in the tests.
    return {"input": 1e4 * rng.standard_normal((2, 3, 3))}


def masked(rng):
    inputs = weighted(rng) | {"where": np.asarray([[True, True, False], [False] * 3])}
    inputs["input"][0, 2, 1, 1], inputs["input"][1, 0, 0, 0] = np.nan, np.inf
    return inputs


def volume(rng):
    return {"input": rng.standard_normal((2, 3, 2, 3))}


def thin(rng):
    return {"input": rng.standard_normal((2, 1, 4))}


def empty(rng):
    return {"input": np.zeros((0, 3, 3))}


LOSS = fl.total_variation_loss
REDUCED = {"reduction": ["none", "mean", "sum"]}
FORMS = {"p": [1.0, 1.5, 2.0, 0.5], "isotropic": [False, True]}
TORCHMETRICS = Package(
    "torchmetrics total_variation",
    total_variation_of_torchmetrics,
    quirk="adds up the channels of an image, so each is given as an image",
    options=REDUCED,
)
BATCH = ("f32[16,3,256,256]",)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                total_variation,
                plain,
                [REDUCED, FORMS, {"dtype": ["float32"]}],
                also=[TORCHMETRICS],
            ),
            Case(LOSS, total_variation, weighted, REDUCED, ("input", "weight")),
            # The reference has infinite or no second derivatives at 0.
            Case(
                LOSS,
                total_variation,
                corners,
                FORMS | {"reduction": ["none"]},
                orders=1,
                also=[TORCHMETRICS],
            ),
            Case(LOSS, total_variation, apart, {"isotropic": [False, True]}, orders=1),
            Case(LOSS, total_variation, masked, REDUCED, ("input", "weight")),
            Case(
                LOSS,
                total_variation,
                volume,
                {
                    "axes": [(0, 1, 3), (3, 2, 1), (0, 2), 1, (-1,)],
                    "isotropic": [False, True],
                    "reduction": ["none"],
                },
            ),
            Case(LOSS, total_variation, thin, {"isotropic": [False, True]}),
            Case(LOSS, total_variation, empty, {"reduction": ["mean", "sum"]}),
        ],
        rows=[
            Row({"input": IMAGES}),
            Row(
                {"input": IMAGES},
                options={"isotropic": True, "p": 1.5},
                bad_options=(
                    ({"p": 0.0}, "p must be > 0 and < inf, got 0.0"),
                    ({"p": np.inf}, "p must be > 0 and < inf, got inf"),
                    ({"p": np.nan}, "p must be > 0 and < inf, got nan"),
                    ({"axes": 3}, "axes must be an integer in -3..2, got 3"),
                    (
                        {"axes": (1, -2)},
                        "axes must be an integer or a tuple of different ones",
                    ),
                ),
            ),
        ],
        gates=[
            Gate(BATCH, Limit(5.5), Limit(26), Limit(40)),
            Gate(BATCH, Limit(4.5), Limit(13), Limit(110), options={"isotropic": True}),
        ],
        curve=Curve(
            "one pixel",
            (-3.0, 3.0),
            "an image of 2 x 2 pixels; the others are 0.11, -1.03 and 1.57",
            {"input": f64([[0.0, 0.11], [-1.03, 1.57]])},
            {"input": f64([[1.0, 0.0], [0.0, 0.0]])},
            reference=total_variation,
        ),
    )
]
