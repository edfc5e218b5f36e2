"""Shapes that torch broadcasts and funloss refuses."""

from parity.deviation import Deviation, Gives, Raises, Warns
from parity.differences.arrays import f64, ints

LOG2 = 0.6931471805599453

BROADCAST = [
    Deviation(
        loss,
        {"input": f64([1.0], [2.0], [3.0]), "target": f64(1.0, 2.0, 3.0)},
        reference=Warns("Using a target size"),
        ours=Raises(ValueError, "shapes must be equal, got input (3, 1), target (3,)"),
        why="a (3, 1) meeting a (3,) is nearly always a forgotten squeeze",
    )
    for loss in ("l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss")
]
BROADCAST += [
    Deviation(
        "multilabel_soft_margin_loss",
        {"input": f64(0.0, 0.0, 0.0), "target": f64([1.0, 0.0, 1.0], [0.0, 0.0, 0.0])},
        options={"reduction": "none"},
        reference=Gives([2 * LOG2 / 3] * 3),
        ours=Raises(ValueError, "shapes must be equal, got input (3,), target (2, 3)"),
        why="torch adds up the wrong axis of what it has broadcast",
    ),
    Deviation(
        "cosine_embedding_loss",
        {
            "input1": f64([1.0], [1.0]),
            "input2": f64([1.0, 1.0, 1.0]),
            "target": ints(1),
        },
        reference=Gives(1 - 3**0.5, digits=9),
        ours=Raises(ValueError, "shapes must be equal, got input1 (2, 1), input2"),
        why="torch broadcasts in the product and not in the norms: a cosine of 1.7",
    ),
]
