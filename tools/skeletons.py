"""The skeletons of the files of a new loss: they import, and fail until filled in.

`$name` is the loss, `$stem` its name without `_loss`, `$title` the same in words. What
starts with `$real` or `$with` comes from its options, `tools.options`.
"""

from string import Template

__all__ = ["SKELETONS"]

_LOSS = '''"""$title."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
${real_import}from funloss._core.typing import ${with_types}

__all__ = ["$name"]


@loss
def $name(
    input: Array,
    target: ArrayLike,
    *,
${real_parameters}    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """$title: what sets it apart, or ``its formula``.

    With ``e = input - target``, the loss of an element is ``its formula``.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
${real_docs}        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on the loss of each element, same shape. The mean divides by
            the sum of weights.
        where: Boolean, broadcastable to `input`. A False element has loss and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in its unit, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
${with_raises}

    Torch:
        Torch has no such loss, or every difference from the one it has.

    Examples:
        >>> import numpy as np
        >>> $name(np.asarray([0.5, 3.0]), np.zeros(2))
        a number worked by hand

    References:
        Who published it, where, when.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
${real_options}    )
    partials = ${with_partials}
    losses = batch.map(_$stem, partials)
    return batch.reduce(losses, reduction, mean_over="weight")


def _$stem(xp: Namespace, x: Any, t: Any${with_any}) -> Any:
    msg = "the formula of $name"
    raise NotImplementedError(msg)


def _${stem}_d_input(xp: Namespace, x: Any, t: Any${with_any}) -> Any:
    msg = "the derivative of $name, or autodiff's without partials"
    raise NotImplementedError(msg)
${real_partials}'''

_TEST = '''"""$title, worked by hand."""

import funloss as fl
from tests.assertions import assert_close

# What each value is worked out from stands beside it; none is printed by the loss.
BY_HAND = "a number worked by hand"


def test_values(any_xp):
    e = any_xp.asarray([-2.0, 0.0, 1.0], dtype=any_xp.float64)
    assert_close(fl.$name(e, 0.0, reduction="none"), [BY_HAND] * 3)
    assert_close(fl.$name(e, 0.0), BY_HAND)
    weight = any_xp.asarray([1.0, 1.0, 3.0], dtype=any_xp.float64)
    assert_close(fl.$name(e, 0.0, weight=weight), BY_HAND)


def test_gradient_at_the_corners(derivative):
    def of_input(x):
        return fl.$name(x, 0.0, reduction="sum")

    assert_close(derivative(of_input, [-2.0, 0.0, 1.0]), [BY_HAND] * 3)
'''

_INFO = '''"""$title against its formula."""

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.examples.shapes import MILLION
from parity.references.$stem import $stem
from parity.standard import ${real_class}elementwise

INFOS = [
    elementwise(
        fl.$name,
        $stem,
${real_tried}        gates=[Gate(2 * MILLION, Limit(0.0, 4.0), Limit(0.0), Limit(0))],
    ),
]
'''

_REFERENCE = '''"""$title, as its paper defines it."""

from parity.references.adapters import reduced

__all__ = ["$stem"]


@reduced
def $stem(input, target${with_defaults}):
    """Return the loss of each element, put together from torch's own operations."""
    msg = "the formula of $name, from its paper alone"
    raise NotImplementedError(msg)
'''

_PAGE = """# $name

With the error $$e = \\text{input} - \\text{target}$$, the loss of an element is

$$$$
\\text{the formula}
$$$$

and what the gradient does.

## When to use it

- When it is the right loss.

## When not

- When another is, with a link to it.

## By hand

```pycon
>>> import numpy as np
>>> import funloss as fl
>>> print(fl.$name(np.asarray([0.5, 3.0]), np.zeros(2), reduction="none"))
two numbers worked by hand

```

## In JAX

```pycon
>>> import jax
>>> import jax.numpy as jnp
>>> import funloss as fl
>>> prediction, target = jnp.asarray([0.5, 3.0]), jnp.zeros(2)
>>> print(jax.grad(fl.$name)(prediction, target))
two numbers worked by hand

```

## In NumPy

```pycon
>>> import numpy as np
>>> import funloss as fl
>>> print(fl.$name(np.asarray([0.5, 3.0]), np.zeros(2)))
a number worked by hand

```

## In PyTorch

```pycon
>>> import torch
>>> import funloss as fl
>>> prediction = torch.tensor([0.5, 3.0], requires_grad=True)
>>> fl.$name(prediction, torch.zeros(2)).backward()
>>> print(prediction.grad)
two numbers worked by hand

```
"""

# By the path of the file.
SKELETONS = {
    "funloss/$family/_$stem.py": Template(_LOSS),
    "tests/$family/test_$stem.py": Template(_TEST),
    "parity/losses/$stem.py": Template(_INFO),
    "parity/references/$stem.py": Template(_REFERENCE),
    "docs/losses/$name.md": Template(_PAGE),
}
