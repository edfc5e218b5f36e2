"""Gates of the losses of vectors and distances."""

from typing import Any

from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import ONE, ROWS

__all__ = ["GATES"]


def _distance(p: Any, q: Any) -> Any:
    return ((p - q) ** 2).sum(-1)


GATES = (
    Gate("hinge_embedding_loss", 2 * ONE, Limit(4.0, 4.0), Limit(4.2), Limit(30)),
    Gate("cosine_similarity", 2 * ROWS, Limit(4.0, 4.0), Limit(2.1), Limit(120)),
    Gate("cosine_distance", 2 * ROWS, Limit(2.8, 4.0), Limit(1.1), Limit(120)),
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
)
