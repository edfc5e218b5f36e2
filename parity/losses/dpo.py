"""Direct preference optimisation against the formulas of its types."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, P, X, Y, Z
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.preference import dpo_of_liger, dpo_of_torchtune
from parity.references import preference
from parity.row import Row

TYPES = ["hinge", "ipo", "nca_pair", "bco_pair", "sppo_hard", "apo_zero", "apo_down"]
REFERENCES = ("ref_chosen", "ref_rejected")


def pairs(rng):
    names = ("chosen", "rejected", *REFERENCES)
    arrays = dict(zip(names, rng.standard_normal((4, 3, 5)), strict=True))
    # With beta 0.5 a hinge is just at its kink at 2 without a margin, at 3 with 0.5.
    arrays["chosen"][0], arrays["rejected"][0] = [0.0, 2.0, 3.0, 1.0, -2.0], 0.0
    for name in REFERENCES:
        arrays[name][0] = 0.0
    return arrays


def alone(rng):
    return {name: x for name, x in pairs(rng).items() if name not in REFERENCES}


def masked(rng):
    inputs = pairs(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    for place, name in enumerate(("chosen", "rejected", *REFERENCES)):
        inputs[name][2, place], inputs["where"][2, place] = np.nan, False
    return inputs


def far(rng):
    chosen = np.asarray([1e3, -1e3, 100.0, -100.0, 0.0, -np.inf, 0.0, np.nan])
    rejected = np.asarray([0.0, 0.0, 0.0, 0.0, -1e3, 0.0, -np.inf, 0.0])
    return {"chosen": chosen, "rejected": rejected}


def with_beta(rng):
    return pairs(rng) | {"beta": np.asarray(0.5)}


def with_margin(rng):
    return with_beta(rng) | {"margin": np.asarray(0.5)}


def with_smoothing(rng):
    return with_beta(rng) | {"label_smoothing": np.asarray(0.125)}


def with_little_smoothing(rng):
    # The loss of exo_pair is 0 at odds of (1 - s) / s, here 127, and known to an
    # absolute error alone near there.
    return with_beta(rng) | {"label_smoothing": np.asarray(0.0078125)}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
HALF = NONE | {"beta": [0.5]}
WITH_MARGIN, SMOOTHED = ["sigmoid", "robust", "hinge"], ["sigmoid", "robust"]
BOTH = ("chosen", "rejected")
DPO = fl.dpo_loss

TOTAL = {"reduction": ["mean", "sum"]}
OF_LIGER = ["sigmoid", *(name for name in TYPES if name != "ipo")]
LIGER = Package(
    "liger-kernel LigerFusedLinearDPOFunction",
    dpo_of_liger,
    quirk="the hinge has gradient 0 at its kink, before which it is taken",
    options=[
        TOTAL | {"beta": [0.1, 0.5], "loss_type": OF_LIGER},
        TOTAL | {"loss_type": ["robust"], "label_smoothing": [0.0, 0.125]},
    ],
)
LIGER_EXO = Package(
    "liger-kernel LigerFusedLinearDPOFunction",
    dpo_of_liger,
    tolerance=1e-6,
    quirk="the smoothing of exo_pair and its logarithms are rounded to float32",
    options=TOTAL | {"loss_type": ["exo_pair"], "label_smoothing": [0.0078125]},
)
TORCHTUNE = Package(
    "torchtune DPOLoss",
    dpo_of_torchtune,
    options=GRID | {"beta": [0.1, 0.5], "label_smoothing": [0.0, 0.125]},
)

CASES = [
    Case(DPO, preference.dpo, pairs, [
        GRID,
        HALF | {"loss_type": TYPES},
        HALF | {"loss_type": WITH_MARGIN, "margin": [0.5, -0.25]},
        HALF | {"loss_type": SMOOTHED, "label_smoothing": [0.125]},
        HALF | {"loss_type": ["exo_pair"], "label_smoothing": [0.0078125]},
    ], BOTH, also=[LIGER, LIGER_EXO, TORCHTUNE]),
    Case(DPO, preference.dpo, alone, NONE | {"beta": [0.5, 2.0]}, BOTH, also=[LIGER]),
    Case(DPO, preference.dpo, masked, GRID, (*BOTH, "weight")),
    Case(DPO, preference.dpo, far, [
        HALF | {"loss_type": ["sigmoid", "hinge", "bco_pair", "apo_down"]},
        HALF | {"loss_type": SMOOTHED, "label_smoothing": [0.125]},
    ], BOTH, orders=1),
    Case(DPO, preference.dpo, with_beta, NONE | {"loss_type": ["sigmoid", *TYPES]},
         (*BOTH, "beta")),
    Case(DPO, preference.dpo, with_margin, NONE | {"loss_type": WITH_MARGIN},
         (*BOTH, "beta", "margin")),
    Case(DPO, preference.dpo, with_smoothing, NONE | {"loss_type": SMOOTHED},
         (*BOTH, "beta", "label_smoothing")),
    Case(DPO, preference.dpo, with_little_smoothing, NONE | {"loss_type": ["exo_pair"]},
         (*BOTH, "beta", "label_smoothing")),
]  # fmt: skip

ANSWERS = {"chosen": X, "rejected": Y}
OWN = "label_smoothing must be"
INFOS = [
    LossInfo(
        DPO,
        cases=CASES,
        rows=[
            Row(
                ANSWERS | {"ref_chosen": Z, "ref_rejected": P},
                ELEMENTS,
                constants=REFERENCES,
                reals={"beta": 0.5, "margin": 0.625, "label_smoothing": 0.125},
                misfit=(
                    dict.fromkeys(REFERENCES, (3, 1))
                    | {"chosen": (3, 1), "rejected": (3,)},
                    "shapes must be equal, got chosen (3, 1), rejected (3,)",
                ),
                bad_options=(
                    ({"beta": 0.0}, "beta must be > 0, got 0.0"),
                    (
                        {"label_smoothing": 1.5},
                        f"{OWN} >= 0 and <= 1, got 1.5",
                    ),
                    (
                        {"loss_type": "kto_pair"},
                        "loss_type must be 'sigmoid', 'robust', 'hinge', 'ipo', ",
                    ),
                ),
            ),
            Row(
                ANSWERS,
                ELEMENTS,
                options={"loss_type": "exo_pair", "label_smoothing": 0.25},
                bad_options=(
                    ({"label_smoothing": 0.0}, f"{OWN} > 0 and < 1, got 0.0"),
                ),
            ),
            Row(
                ANSWERS,
                ELEMENTS,
                options={"loss_type": "robust", "label_smoothing": 0.25},
                bad_options=(
                    ({"label_smoothing": 0.5}, f"{OWN} >= 0 and < 0.5, got 0.5"),
                ),
            ),
        ],
        gates=[Gate(4 * MILLION, Limit(2.2, 4.0), Limit(0.0), Limit(39), wrt=(0, 1))],
        curve=Curve(
            "log-ratio of chosen over rejected",
            (-40.0, 40.0),
            "beta 0.1",
            {"chosen": f64(0.0), "rejected": f64(0.0)},
            {"chosen": f64(1.0)},
            reference=preference.dpo,
        ),
    ),
]
