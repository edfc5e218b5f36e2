"""Maximum mean discrepancy."""

from typing import Literal

from funloss._array import is_number
from funloss._core.batch_rows import two_samples
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real
from funloss.distribution._discrepancy import discrepancy
from funloss.distribution._sample_kernels import KERNELS

__all__ = ["mmd_loss"]


@loss
def mmd_loss(
    input: Array,
    target: ArrayLike,
    *,
    kernel: Literal["gaussian", "laplacian", "energy"] = "gaussian",
    bandwidth: Real = 1.0,
    unbiased: bool = False,
    where: ArrayLike | None = None,
    target_where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Maximum mean discrepancy: how far two samples are from one distribution.

    With a kernel ``k``, rows ``x`` of `input` and rows ``y`` of `target`, the loss is
    ``mean(k(x, x')) + mean(k(y, y')) - 2 * mean(k(x, y))``: the square of the distance
    between the means of both samples in the space of the kernel. Which row stands where
    in a batch does not matter, and the batches may have different sizes.

    Args:
        input: Sample of one distribution, such as what a model makes, shape
            ``(N, D)``, real.
        target: Sample of the other, shape ``(M, D)``. It has a gradient as well.
        kernel: What ``k`` is of two rows at the Euclidean distance ``d``, with the
            bandwidth ``h``: ``"gaussian"``, ``exp(-d**2 / (2 * h**2))``;
            ``"laplacian"``, ``exp(-d / h)``; or ``"energy"``, ``-d``, with which the
            loss is the energy distance.
        bandwidth: Distance at which the kernel falls off, > 0; a number or a 0-d array,
            or an array of shape ``(K,)``: the sum of the losses of each. It has a
            gradient. The energy distance has none.
        unbiased: Whether the pairs of a row and itself are left out. The loss may then
            be negative, and is 0 on average for samples of one distribution.
        where: Boolean, broadcastable to ``(N)``. A False row is in no mean and has
            gradient 0 (even at nan).
        target_where: The same of `target`, broadcastable to ``(M)``.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss of both batches, shape ``()``. Without a row on either side it is nan, with
        gradient 0; and nan if `unbiased` and a side has one row alone.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, ``bandwidth <= 0`` or one is given to the
            energy distance, or `kernel` is unknown.

    Peers:
        Twice the SamplesLoss of geomloss, which takes smaller distances for ``1e-4``
        where the kernel is ``"energy"`` or ``"laplacian"``. `unbiased`, several
        bandwidths, `where` and `dtype` are new.

    Numerics:
        Three means are subtracted that nearly agree where the samples do, so that no
        way of computing them keeps all digits. The error is a few roundings of the
        means of ``k(0) - k``, of which sums are made instead of ``k``: bandwidths that
        are large beside the distances are as exact as others. Equal batches have loss 0
        and gradient 0. Distances are of differences of rows: near rows keep their
        digits. Many rows are compared in blocks, again for the gradient: tables are
        never kept.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([[0.0], [2.0]]), np.asarray([[1.0], [1.0], [3.0]])
        >>> print(mmd_loss(x, y, kernel="energy").round(4))
        0.7778

    References:
        A. Gretton et al., A kernel two-sample test, 2012.
        G. J. Szekely and M. L. Rizzo, Energy statistics: a class of statistics based on
        distances, 2013.
    """
    check_choice(tuple(KERNELS), kernel=kernel)
    if kernel == "energy" and not (is_number(bandwidth) and bandwidth == 1):
        msg = "bandwidth belongs to kernel 'gaussian' or 'laplacian', got kernel "
        msg += f"{kernel!r}"
        raise ValueError(msg)
    batch = two_samples(
        input,
        target,
        where=where,
        target_where=target_where,
        dtype=dtype,
        options={"bandwidth": positive(bandwidth, several=True)},
    )
    value = discrepancy(batch, KERNELS[kernel], unbiased=unbiased)
    return batch.xp.astype(value, batch.dtype)
