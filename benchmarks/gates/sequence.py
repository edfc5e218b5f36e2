"""Gates of the losses of sequences."""

from benchmarks import peers
from benchmarks.gate import Gate, Limit

__all__ = ["GATES"]


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


GATES = (
    _ctc((200, 16, 32, 50), Limit(0.5, 0.5)),
    _ctc((400, 32, 100, 100), Limit(0.5, 0.5)),
    _ctc((1000, 16, 32, 200), Limit(0.5, 0.5)),
    _ctc(
        (500, 16, 5000, 100),
        Limit(0.93, 0.5),
        reason="log_softmax and its gradient, 160 MB each, are outside ctc_loss",
    ),
)
