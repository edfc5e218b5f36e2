"""Margin loss over all classes, one of them true."""

from typing import Any

from funloss._array import Namespace
from funloss._array.compiled import fixed
from funloss._core.checks import check_choice
from funloss._core.class_rows import class_rows
from funloss._core.labels import expand_along
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["multi_margin_loss"]


@loss
def multi_margin_loss(
    input: Array,
    target: ArrayLike,
    *,
    p: int = 1,
    margin: Real = 1.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    axis: int = 1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Multi-margin loss: hinge of each wrong class, averaged over the classes.

    With ``y`` the label of a row and ``w`` the class weights (1 if None), the
    loss of the row is ``w[y] / C * sum(max(0, margin - input[y] + input[i])**p)``
    over the classes ``i != y``. A class that just keeps its distance has gradient
    0, and a nan score has loss 0.

    Args:
        input: Scores, shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``, floating.
        target: Labels in ``0..C-1``, shape of `input` without its class axis,
            integers of any width.
        p: 1 or 2.
        margin: Lead to keep, in units of the scores; a number or a 0-d array.
        weight: Class weights, shape ``(C)``. The mean still divides by the
            number of rows.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to `target`. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss, shape of `target` for ``"none"``, else ``()``. The mean of no rows
        is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, `p` or `reduction` is unknown, or a label
            is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        `torch.nn.functional.multi_margin_loss`; 16-bit floats, labels of any
        integer dtype and more axes are taken, the mean of no rows is nan (torch:
        uninitialised memory). `axis`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> scores = np.asarray([[2.0, 1.5, 0.0]])
        >>> print(multi_margin_loss(scores, np.asarray([0])).round(4))
        0.1667
    """
    p = fixed(p)
    check_choice((1, 2), p=int(p) if p in {1, 2} else p)
    rows = class_rows(
        input,
        target,
        weight=weight,
        axis=axis,
        where=where,
        dtype=dtype,
        options={"margin": real(margin)},
        takes="labels",
        single_target=True,
    )
    place = rows.expand(rows.target)
    arguments = (rows.filled_scores(), *rows.options, place, p, rows.axis)
    partials = (_d_input, _d_margin, None, None, None)
    losses = rows.xp.custom_jvp(_hinges, partials, *arguments, axis=rows.axis)
    losses = rows.nan_where_bad(losses / rows.classes)
    row_weight = rows.row_weight()
    losses = losses if row_weight is None else losses * row_weight
    return rows.reduce(losses, reduction)


def _hinges(xp: Namespace, *arguments: Any) -> Any:
    *_, p, axis = arguments
    hinges, _ = _below_margin(xp, *arguments)
    return xp.total(hinges if p == 1 else xp.square(hinges), axis)


def _d_margin(xp: Namespace, *arguments: Any) -> Any:
    hinges, active = _below_margin(xp, *arguments)
    return xp.astype(active, hinges.dtype) if arguments[3] == 1 else 2 * hinges


def _d_input(xp: Namespace, *arguments: Any) -> Any:
    _, _, place, _, axis = arguments
    rise = _d_margin(xp, *arguments)
    fall = xp.total(rise, axis, keepdims=True)
    return rise - xp.where(_classes(xp, rise, place, axis) == place, fall, 0.0)


def _below_margin(xp: Namespace, *arguments: Any) -> tuple[Any, Any]:
    """Return what each wrong class lacks, or 0, and where it lacks anything."""
    x, margin, place, _, axis = arguments
    hinge = margin - xp.gather(x, place, axis) + x
    others = _classes(xp, x, place, axis) != place
    active = xp.logical_and(others, hinge > 0)
    return xp.where(active, hinge, 0.0), active


def _classes(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    classes = xp.arange(x.shape[axis], dtype=place.dtype, **xp.device_kw(x))
    return expand_along(xp, classes, axis, x.ndim)
