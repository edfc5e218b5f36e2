"""Derivatives that torch lacks, or gets wrong."""

from parity.deviation import Deviation, Gives, Raises
from parity.differences.arrays import NAN, f64, ints

LOG2 = 0.6931471805599453

DERIVATIVES = [
    *(
        Deviation(
            loss,
            {"input": f64(-1.0, -1.0), "target": ints(1)},
            reference=Raises(RuntimeError, "size mismatch"),
            ours=Gives(value, {"input": gradient}),
            why="torch takes a label of shape (1,) for one sample, but has no gradient",
            wrt=("input",),
        )
        for loss, value, gradient in [
            ("nll_loss", 1.0, [0.0, -1.0]),
            ("cross_entropy", LOG2, [0.5, -0.5]),
        ]
    ),
    Deviation(
        "binary_cross_entropy_with_logits",
        {"input": f64(0.0), "target": f64(1.0), "weight": f64(2.0)},
        reference=Raises(RuntimeError, "not differentiable with respect to"),
        ours=Gives(2 * 0.6931471805599453, {"weight": [0.6931471805599453]}),
        why="weights are differentiable wherever the formula is",
        wrt=("weight",),
    ),
    Deviation(
        "nll_loss",
        {"input": f64([-1.0, -2.0]), "target": ints(1), "weight": f64(1.0, 3.0)},
        options={"reduction": "sum"},
        reference=Raises(RuntimeError, "not differentiable with respect to"),
        ours=Gives(6.0, {"weight": [0.0, 2.0]}),
        why="weights are differentiable wherever the formula is",
        wrt=("weight",),
    ),
    Deviation(
        "soft_margin_loss",
        {"input": f64(2.0), "target": f64(0.0)},
        reference=Raises(RuntimeError, "not differentiable with respect to"),
        ours=Gives(None, {"target": [-1.0]}),
        why="every formula of a real target is differentiable in it",
        wrt=("target",),
    ),
    Deviation(
        "poisson_nll_loss",
        {"input": f64(2.0), "target": f64(0.0)},
        options={"full": True},
        reference=Gives(None, {"target": [NAN]}),
        ours=Gives(None, {"target": [-2.0]}),
        why="the term that is left out has no gradient",
    ),
    *(
        Deviation(
            loss,
            arrays,
            reference=Raises(RuntimeError, ""),
            ours=Gives(),
            why="torch's own have one derivative only",
            wrt=("input",),
            orders=2,
        )
        for loss, arrays in [
            ("multi_margin_loss", {"input": f64([1.0, 0.5]), "target": ints(0)}),
            (
                "multilabel_margin_loss",
                {"input": f64([1.0, 0.5]), "target": ints([0, -1])},
            ),
            ("pdist", {"input": f64([1.0, 0.5], [0.0, 0.0])}),
        ]
    ),
]
