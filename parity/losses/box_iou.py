"""Losses of boxes against areas by torch, and against torchvision."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.info import LossInfo
from parity.packages.detection import box_iou_of_torchvision
from parity.references import kept
from parity.references.detection import box_iou
from parity.row import Row

BOXES = [[0.5, 0.25, 2.0, 1.75], [1.0, -1.5, 1.75, 0.5], [-0.75, 0.0, 0.25, 1.25]]
TRUTH = [[0.25, 0.5, 1.5, 2.5], [0.75, -2.0, 2.5, 0.25], [1.0, 0.5, 2.0, 3.5]]
SEEN = [1.0, 1.0, 3.0, 4.0]
INVERTED = [[3.0, 1.0, 1.0, 4.0], [2.0, 5.0, 3.5, 1.5], [3.0, 4.0, 1.0, 2.0]]
CORNERS = [
    # Equal, inside, around, with one edge, with two, with all but one.
    SEEN,
    [1.5, 2.0, 2.0, 3.0],
    [0.0, 0.5, 4.0, 5.0],
    [1.0, 0.5, 2.5, 3.0],
    [1.0, 1.0, 2.0, 5.0],
    [1.0, 1.0, 2.0, 4.0],
    # Touching along an edge and in a corner; apart along one axis and along both.
    [3.0, 2.0, 5.0, 3.0],
    [3.0, 4.0, 4.0, 4.5],
    [1.5, 4.5, 2.5, 6.0],
    [-2.0, -1.0, 0.5, 0.5],
]
FLAT = [[1.5, 2.0, 2.5, 2.0], [4.0, 2.0, 5.0, 2.0], [1.5, 2.0, 1.5, 2.5]]


def boxes(rng, *shape):
    low = 3 * rng.random((*shape, 2))
    return np.concatenate([low, low + 0.5 + 3 * rng.random((*shape, 2))], axis=-1)


def plain(rng):
    return {"input": boxes(rng, 8), "target": boxes(rng, 8)}


def weighted(rng):
    return {
        "input": boxes(rng, 2, 3),
        "target": boxes(rng, 2, 3),
        "weight": rng.random((2, 3)) + 0.5,
    }


def corners(rng):
    return {"input": np.asarray(CORNERS), "target": np.asarray([SEEN] * len(CORNERS))}


def degenerate(rng):
    # Without height or width, inverted along each axis and along both, points.
    point, other = SEEN[:2] * 2, [2.0, 1.5, 2.0, 1.5]
    input = [*FLAT, *INVERTED, point, SEEN, point, point]
    target = [[SEEN] * 7, [point, other, point]]
    return {"input": np.asarray(input), "target": np.concatenate(target)}


def pairs(rng):
    return {"input": boxes(rng, 2, 1), "target": boxes(rng, 3)}


def masked(rng):
    inputs = plain(rng) | {"where": np.arange(8) % 3 > 0}
    inputs["input"][0, 1], inputs["target"][3, 2] = np.nan, np.inf
    return inputs


def with_eps(rng):
    return plain(rng) | {"eps": np.asarray(0.125)}


def empty(rng):
    return {"input": np.zeros((0, 4)), "target": np.zeros((0, 4))}


LOSS, BOTH, NONE = fl.box_iou_loss, ("input", "target"), {"reduction": ["none"]}
KINDS = {"kind": ["iou", "giou", "diou", "ciou"]}
EACH = NONE | KINDS
PAIRS = 2 * ("f32[262144,4]",)
WHERE = kept(box_iou, input=-1, target=-1)
TORCHVISION = Package(
    "torchvision generalized_box_iou_loss, distance_box_iou_loss and "
    "complete_box_iou_loss",
    box_iou_of_torchvision,
    quirk="three functions; the last one has eps in its factor alone",
    options=NONE | {"kind": ["giou", "diou", "ciou"]},
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                box_iou,
                plain,
                [EACH, {"reduction": ["mean", "sum"]}, {"dtype": ["float32"]}],
                BOTH,
                also=[TORCHVISION],
            ),
            Case(
                LOSS,
                box_iou,
                weighted,
                {"reduction": ["none", "mean", "sum"]},
                (*BOTH, "weight"),
            ),
            Case(LOSS, box_iou, corners, EACH, BOTH, also=[TORCHVISION]),
            Case(LOSS, box_iou, degenerate, EACH, BOTH),
            Case(LOSS, box_iou, pairs, KINDS, BOTH),
            Case(LOSS, WHERE, masked, [EACH, {"reduction": ["mean"]}], BOTH),
            Case(LOSS, box_iou, with_eps, EACH, (*BOTH, "eps")),
            Case(LOSS, box_iou, empty, {"reduction": ["mean"]}, BOTH),
        ],
        rows=[
            Row(
                {"input": BOXES, "target": TRUTH},
                reals={"eps": 0.0625},
                misfit=(
                    {"input": (3, 4), "target": (3, 3)},
                    "target must have shape (*, 4), got (3, 3)",
                ),
                bad_options=(
                    ({"eps": -0.5}, "eps must be >= 0, got -0.5"),
                    ({"eps": np.nan}, "eps must be >= 0, got nan"),
                    (
                        {"kind": "eiou"},
                        "kind must be 'iou', 'giou', 'diou' or 'ciou', got 'eiou'",
                    ),
                ),
            ),
        ],
        gates=[
            Gate(PAIRS, Limit(13), Limit(14), Limit(300)),
            Gate(PAIRS, Limit(14), Limit(21), Limit(390), options={"kind": "ciou"}),
        ],
        curve=Curve(
            "shift to the right",
            (-4.0, 4.0),
            "target (0, 0, 2, 2); the box (0.11, 0.5, 1.07, 2.75) where it is 0",
            {
                "input": f64([[0.11, 0.5, 1.07, 2.75]]),
                "target": f64([[0.0, 0.0, 2.0, 2.0]]),
            },
            {"input": f64([[1.0, 0.0, 1.0, 0.0]])},
            reference=box_iou,
        ),
        no_number="a number is no box",
    ),
]
