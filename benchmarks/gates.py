"""What the compiler may count for the value and gradient of each loss.

One row a program. A limit is the goal where that is reached. Where it is not, or where
there is no goal, the limit is what was measured, rounded up to two digits, so that it
can only improve; `reason` says what stands between limit and goal. Measured at jax
0.10.2 on a CPU. Bytes of a loop's body are counted once however often it runs, so a
program with a loop has no limit on them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks import peers

__all__ = ["GATES", "Gate", "Limit"]


@dataclass(frozen=True)
class Limit:
    """The most that a count may be, and what it should be; None if that is open."""

    limit: float
    goal: float | None = None


@dataclass(frozen=True)
class Gate:
    """A program and its limits."""

    loss: str
    shapes: tuple[Any, ...]
    bytes: Limit | None
    """Multiples of the inputs read once and the gradients written once."""
    temporaries: Limit
    """Megabytes; with `peer`, multiples of the peer's."""
    equations: Limit
    """Of the jaxpr: what has to be compiled."""
    reason: str = ""
    wrt: tuple[int, ...] = (0,)
    function: Callable[..., Any] | None = None
    """What is measured, if it is not the loss alone."""
    options: Mapping[str, Any] = field(default_factory=dict)
    peer: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
    """A function that computes the same, and its shapes."""

    @property
    def name(self) -> str:
        """The program in words."""
        inputs = list(dict.fromkeys(x for x in self.shapes if isinstance(x, str)))
        options = [f"{k}={v}" for k, v in self.options.items() if not callable(v)]
        beside = ["/ optax"] if self.peer else []
        return " ".join([self.loss, *inputs[:2], *options, *beside])


def _distance(p: Any, q: Any) -> Any:
    return ((p - q) ** 2).sum(-1)


def _ctc(shape: tuple[int, ...], ratio: Limit, reason: str = "") -> Gate:
    """Return the gate of the way from scores to costs, beside that of optax."""
    t, n, c, s = shape
    return Gate(
        "ctc_loss",
        (f"f32[{t},{n},{c}]", f"i32[{n},{s}]", f"i32[{n}]", f"i32[{n}]"),
        None,
        ratio,
        Limit(310),
        reason,
        function=peers.ctc_loss_of_scores,
        peer=(
            peers.ctc_loss,
            (f"f32[{n},{t},{c}]", f"f32[{n},{t}]", f"i32[{n},{s}]", f"f32[{n},{s}]"),
        ),
    )


ONE = ("f32[1048576]",)
LABELLED = ("f32[4096,32000]", "i32[4096]")
BF16 = ("bf16[4096,32000]", "i32[4096]")
ROWS = ("f32[65536,128]",)
ADAPTIVE = (
    "f32[4096,64]",
    "i32[4096]",
    "f32[102,64]",
    (("f32[16,64]", "f32[900,16]"), ("f32[4,64]", "f32[4000,4]")),
)

GATES = (
    Gate("mse_loss", 2 * ONE, Limit(2.0, 2.0), Limit(0.0), Limit(9)),
    Gate("l1_loss", 2 * ONE, Limit(2.0, 2.0), Limit(0.0), Limit(13)),
    Gate("huber_loss", 2 * ONE, Limit(2.5, 2.5), Limit(0.0), Limit(23)),
    Gate("smooth_l1_loss", 2 * ONE, Limit(2.5, 2.5), Limit(4.2), Limit(26)),
    Gate("binary_cross_entropy", 2 * ONE, Limit(4.0, 4.0), Limit(8.4), Limit(42)),
    Gate(
        "binary_cross_entropy_with_logits",
        2 * ONE,
        Limit(2.5, 2.5),
        Limit(4.2),
        Limit(42),
    ),
    Gate("soft_margin_loss", 2 * ONE, Limit(2.5, 2.5), Limit(0.0), Limit(21)),
    Gate("poisson_nll_loss", 2 * ONE, Limit(2.5, 2.5), Limit(4.2), Limit(15)),
    Gate("gaussian_nll_loss", 3 * ONE, Limit(2.5, 2.5), Limit(4.2), Limit(25)),
    Gate("kl_div", 2 * ONE, Limit(2.4, 2.4), Limit(4.2), Limit(20)),
    Gate("hinge_embedding_loss", 2 * ONE, Limit(4.0, 4.0), Limit(4.2), Limit(30)),
    Gate("margin_ranking_loss", 3 * ONE, Limit(4.0, 4.0), Limit(8.4), Limit(19)),
    Gate(
        "multilabel_soft_margin_loss",
        2 * ("f32[4096,256]",),
        Limit(4.0, 4.0),
        Limit(4.2),
        Limit(46),
    ),
    Gate(
        "cross_entropy",
        LABELLED,
        Limit(2.5, 2.1),
        Limit(1.0, 1.0),
        Limit(90),
        reason="the compiler counts the gather of one score a row as a read of all",
    ),
    Gate(
        "cross_entropy",
        BF16,
        Limit(5.0, 4.5),
        Limit(0.5, 0.5),
        Limit(96),
        reason="the gather, as in float32",
        peer=(peers.cross_entropy, BF16),
    ),
    Gate(
        "cross_entropy",
        LABELLED,
        Limit(4.0, 4.0),
        Limit(0.1),
        Limit(125),
        options={"label_smoothing": 0.1},
    ),
    Gate("cross_entropy", 2 * LABELLED[:1], Limit(4.0, 4.0), Limit(0.1), Limit(45)),
    Gate("nll_loss", LABELLED, Limit(4.0, 4.0), Limit(0.1), Limit(52)),
    Gate(
        "linear_cross_entropy",
        ("f32[4096,1024]", "f32[131072,1024]", "i32[4096]"),
        None,
        Limit(90, 90),
        Limit(140),
        wrt=(0, 1),
    ),
    Gate(
        "linear_cross_entropy",
        ("f32[16384,2048]", "f32[262144,2048]", "i32[16384]"),
        None,
        Limit(400, 400),
        Limit(140),
        wrt=(0, 1),
    ),
    Gate(
        "adaptive_log_softmax_with_loss",
        ADAPTIVE,
        Limit(290, 4.0),
        Limit(150),
        Limit(240),
        wrt=(0, 2, 3),
        options={"cutoffs": (100, 1000)},
        reason="the scores of all rows in all clusters, not the inputs, are the bulk",
    ),
    Gate("cosine_similarity", 2 * ROWS, Limit(4.0, 4.0), Limit(2.1), Limit(120)),
    Gate(
        "cosine_embedding_loss",
        (*2 * ROWS, "f32[65536]"),
        Limit(4.0, 4.0),
        Limit(2.4),
        Limit(120),
    ),
    Gate("pairwise_distance", 2 * ROWS, Limit(4.0, 4.0), Limit(0.79), Limit(34)),
    Gate("triplet_margin_loss", 3 * ROWS, Limit(4.0, 4.0), Limit(35), Limit(82)),
    Gate(
        "triplet_margin_with_distance_loss",
        3 * ROWS,
        Limit(4.0, 4.0),
        Limit(35),
        Limit(30),
        options={"distance_function": _distance},
    ),
    Gate("pdist", ("f32[512,64]",), None, Limit(2.7), Limit(88)),
    Gate(
        "multi_margin_loss",
        ("f32[4096,1000]", "i32[4096]"),
        Limit(6.1, 4.0),
        Limit(17),
        Limit(58),
        reason="the formula selects inside, and XLA writes a select out",
    ),
    Gate(
        "multilabel_margin_loss",
        ("f32[128,1000]", "i32[128,1000]"),
        Limit(32, 4.0),
        Limit(6.7),
        Limit(240),
        reason="scores are sorted, and looked up among those",
    ),
    Gate(
        "multilabel_margin_loss",
        ("f32[64,4000]", "i32[64,4000]"),
        Limit(32, 4.0),
        Limit(14),
        Limit(240),
        reason="scores are sorted, and looked up among those",
    ),
    _ctc((200, 16, 32, 50), Limit(0.5, 0.5)),
    _ctc((400, 32, 100, 100), Limit(0.5, 0.5)),
    _ctc((1000, 16, 32, 200), Limit(0.5, 0.5)),
    _ctc(
        (500, 16, 5000, 100),
        Limit(0.93, 0.5),
        reason="log_softmax and its gradient, 160 MB each, are outside ctc_loss",
    ),
)
