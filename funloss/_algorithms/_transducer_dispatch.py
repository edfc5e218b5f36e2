"""The loss of transducers, with the derivative of each library."""

from typing import Any

from funloss._algorithms import _transducer
from funloss._algorithms._transducer import Lattice, Scores
from funloss._array import Namespace

__all__ = ["transducer_loss"]


def transducer_loss(
    xp: Namespace, logits: Any, lattice: Lattice, *, blank: int, is_normalised: bool
) -> Any:
    """Return the loss of each sample, ``(N,)``, for scores ``(N, T, U + 1, V)``.

    A sample that cannot be aligned has loss inf, and gradient nan in its cells.
    """
    scores = Scores(blank, is_normalised)
    if xp.name == "jax":
        from funloss._algorithms import _transducer_jax  # noqa: PLC0415 - may be absent

        return _transducer_jax.transducer_loss(logits, lattice, scores)

    def forward(logits: Any, *arrays: Any) -> Any:
        return _transducer.transducer_loss(xp, logits, Lattice(*arrays), scores)

    def backward(arrays: Any, g: Any) -> tuple[Any, ...]:
        logits, *others = arrays
        _, gradient = _transducer.loss_and_gradient(
            xp, logits, Lattice(*others), scores
        )
        gradient = xp.astype(gradient * g[:, None, None, None], logits.dtype)
        return gradient, *(None for _ in lattice)

    return xp.custom_vjp(forward, backward)(logits, *lattice)
