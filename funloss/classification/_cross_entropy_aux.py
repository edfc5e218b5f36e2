"""What a cross-entropy is made of, reduced as the loss is."""

from typing import Any, Generic, NamedTuple

from funloss._core.class_rows import ClassRows
from funloss._core.options import is_zero
from funloss._core.typing import Array

__all__ = ["CrossEntropyAux", "reduce_parts"]


class CrossEntropyAux(NamedTuple, Generic[Array]):
    """The parts of a cross-entropy.

    Attributes:
        nll: The cross-entropy alone: ``loss - z_loss``.
        z_loss: The squared log-partition times its factor.
        logsumexp: The log-partition.
        correct: 1 where no class has a higher score than the label, else 0.
    """

    nll: Array
    z_loss: Array
    logsumexp: Array
    correct: Array


def reduce_parts(
    rows: ClassRows, parts: Any, z_loss: Any, reduction: str, *, has_aux: bool
) -> Any:
    """Return the loss of ``(losses, logsumexp, correct)``, and its parts if asked for.

    Class weights are the mean's divisor for the cross-entropy alone: the other parts
    are of rows, whatever their weights.
    """
    xp, dtype = rows.xp, rows.dtype
    losses, logsumexp, correct = parts
    if is_zero(z_loss) and not has_aux:
        return rows.reduce(losses, reduction, mean_weights=rows.label_weight)
    wide = rows.replace(dtype=losses.dtype)
    nll = wide.reduce(losses, reduction, mean_weights=rows.label_weight)
    z_part = wide.reduce(z_loss * xp.square(logsumexp), reduction)
    loss = xp.astype(nll + z_part, dtype)
    if not has_aux:
        return loss
    found = (
        wide.reduce(xp.astype(x, losses.dtype), reduction) for x in (logsumexp, correct)
    )
    return loss, CrossEntropyAux(*(xp.astype(x, dtype) for x in (nll, z_part, *found)))
