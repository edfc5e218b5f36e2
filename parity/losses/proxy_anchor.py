"""The proxy-anchor loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import CLASSES, ONE_ROW, X, Y, not_above
from parity.info import LossInfo
from parity.packages.embedding import proxy_anchor_of_pml
from parity.references.proxy_anchor import proxy_anchor
from parity.row import Row


def plain(rng):
    # A class without rows, a class of one, and a row in the direction of its proxy.
    inputs = {
        "input": rng.standard_normal((6, 4)),
        "linear_weight": rng.standard_normal((5, 4)),
        "target": np.asarray([0, 1, 4, 1, 2, 1]),
    }
    inputs["input"][2] = 2 * inputs["linear_weight"][4]
    return inputs


def zeros(rng):
    inputs = plain(rng)
    inputs["input"][1], inputs["linear_weight"][2] = 0.0, 0.0
    return inputs


def one_class(rng):
    inputs = plain(rng)
    return inputs | {
        "linear_weight": inputs["linear_weight"][:1],
        "target": np.zeros(6, int),
    }


def one_row(rng):
    inputs = plain(rng)
    return inputs | {"input": inputs["input"][:1], "target": inputs["target"][:1]}


def masked(rng):
    inputs = plain(rng)
    inputs["where"] = np.asarray([True, True, False, True, True, False])
    inputs["input"][2], inputs["target"][5] = np.nan, 9  # no class, but masked
    return inputs


def extreme(rng):
    inputs = plain(rng)
    inputs["input"] *= np.asarray([[1e4], [1e4], [2e-4], [1.0], [1e3], [1e-3]])
    return inputs


def with_options(rng):
    return plain(rng) | {"margin": np.asarray(0.25), "alpha": np.asarray(1.5)}


GRID = {"reduction": ["none", "mean"]}
BOTH = ("input", "linear_weight")
OURS = fl.proxy_anchor_loss
PML = Package(
    "pytorch-metric-learning ProxyAnchorLoss",
    proxy_anchor_of_pml,
    options=[{}, {"margin": [0.25], "alpha": [4.0]}],
)

CASES = [
    Case(
        OURS,
        proxy_anchor,
        plain,
        [{"reduction": ["none", "mean", "sum"]}, {"dtype": ["float32"]}],
        BOTH,
        orders=1,
        also=[PML],
    ),
    Case(
        OURS, proxy_anchor, plain, {"margin": [-0.25, 0.5], "alpha": [1.0, 8.0]}, BOTH
    ),
    Case(OURS, proxy_anchor, zeros, {"alpha": [2.0]}, BOTH, orders=1),
    Case(OURS, proxy_anchor, one_class, GRID | {"alpha": [2.0]}, BOTH, also=[PML]),
    Case(OURS, proxy_anchor, one_row, GRID | {"alpha": [2.0]}, BOTH, also=[PML]),
    Case(OURS, proxy_anchor, masked, GRID | {"alpha": [2.0]}, BOTH),
    Case(OURS, proxy_anchor, extreme, {"alpha": [2.0]}, BOTH),
    Case(
        OURS,
        proxy_anchor,
        with_options,
        {"reduction": ["mean"]},
        (*BOTH, "margin", "alpha"),
    ),
]

LABELS_OF_3 = tuple(
    ("target", (1,), label, f"target must be in 0..2, got {label} at (1,)")
    for label in (3, -1)
)

INFOS = [
    LossInfo(
        OURS,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "linear_weight": Y, "target": CLASSES},
                together=True,
                options={"alpha": 4.0},
                samples={"linear_weight": None},
                # Losses are of classes, and stay without rows.
                may_be_empty=False,
                reals={"margin": 0.25, "alpha": 3.0},
                bad_options=(
                    *not_above("alpha", 0),
                    ({"margin": np.nan}, "margin must be a number, got nan"),
                ),
                bad_values=LABELS_OF_3,
            )
        ],
        gates=[
            Gate(
                ("f32[4096,512]", "f32[16384,512]", "i32[4096]"),
                None,
                Limit(115, 200),
                Limit(376),
                wrt=(0, 1),
            )
        ],
        curve=Curve(
            "direction of a row of the class of the first proxy, (1, 0)",
            (-3.0, 3.0),
            "the row is (1, moved); the proxy of another class is (0, 1)",
            {
                "input": f64([1.0, 0.0]),
                "linear_weight": f64([1.0, 0.0], [0.0, 1.0]),
                "target": ints(0),
            },
            {"input": f64([0.0, 1.0])},
            options={"alpha": 4.0},
            reference=proxy_anchor,
        ),
        no_number=ONE_ROW,
    ),
]
