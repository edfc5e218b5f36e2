"""The program that JAX makes of a function, computed in fifty digits.

What rounds is computed by mpmath, in arrays of its numbers; what only moves numbers, by
JAX in arrays of their places; integers and truth values, by JAX as they are.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend import core
from mpmath import mp

from parity.accuracy.arithmetic import ARITHMETIC, COMPARISONS, each
from parity.accuracy.steps import MOVES, STEPS, by_jax, moved

__all__ = ["in_fifty_digits"]

DIGITS = 50

Values = list[np.ndarray]


def in_fifty_digits(function: Callable[..., Any]) -> Callable[[Any], Values]:
    """Return a function of float64 arrays that computes results, rounded at the end.

    The arrays have the same shapes in each call. It raises `NotImplementedError` where
    a step of the program is none of those that are known.
    """
    programs = []

    def compute(arrays: Any) -> Values:
        with jax.enable_x64(True), mp.workdps(DIGITS):
            programs[:] = programs or [jax.make_jaxpr(function)(*arrays)]
            results = _closed(programs[0], jax.tree.leaves(arrays))
            with np.errstate(invalid="ignore"):  # of NumPy 2.1, for nan
                return [x.astype(np.float64) for x in results]

    return compute


def _exact(x: Any) -> np.ndarray:
    """Return an array with exact numbers in place of those that would be rounded."""
    x = np.asarray(x)
    kinds = {"f": mp.mpf, "c": mp.mpc}
    return each(kinds[x.dtype.kind])(x) if x.dtype.kind in kinds else x


def _closed(program: core.ClosedJaxpr, given: Sequence[Any]) -> Values:
    return _run(program.jaxpr, program.consts, given)


def _run(program: core.Jaxpr, consts: Sequence[Any], given: Sequence[Any]) -> Values:
    """Return the results of a program."""
    variables = [*program.constvars, *program.invars]
    known = dict(zip(variables, map(_number, (*consts, *given)), strict=True))

    def read(variable: Any) -> np.ndarray:
        if isinstance(variable, core.Literal):
            return _exact(variable.val)
        return known[variable]

    for step in program.eqns:
        results = _results(step, [read(variable) for variable in step.invars])
        known |= dict(zip(step.outvars, results, strict=True))
    return [read(variable) for variable in program.outvars]


def _number(x: Any) -> np.ndarray:
    is_exact = isinstance(x, np.ndarray) and x.dtype == object
    return x if is_exact else _exact(x)


def _results(step: Any, inputs: Values) -> Sequence[np.ndarray]:
    """Return the results of one step."""
    name, params = step.primitive.name, step.params
    if name in _CONTROL:
        return _CONTROL[name](params, inputs)
    if not any(x.dtype == object for x in inputs):
        return [_exact(x) for x in by_jax(step, inputs)]
    if name in MOVES:
        return moved(step, inputs)
    if name in ARITHMETIC:
        return [ARITHMETIC[name](*inputs)]
    if name in COMPARISONS:
        return [COMPARISONS[name](*inputs).astype(bool)]
    if name in STEPS:
        return STEPS[name](step, *inputs)
    msg = f"no fifty digits of {name}"
    raise NotImplementedError(msg)


def _platform(params: Any, inputs: Values) -> Values:
    names = [names or ("cpu",) for names in params["platforms"]]
    return [np.asarray(next(k for k, own in enumerate(names) if "cpu" in own))]


def _cond(params: Any, inputs: Values) -> Values:
    index, *given = inputs
    branches = params["branches"]
    return _closed(branches[min(max(int(index), 0), len(branches) - 1)], given)


def _while(params: Any, inputs: Values) -> Values:
    first, second = params["cond_nconsts"], params["body_nconsts"]
    own, body = inputs[:first], inputs[first : first + second]
    carried = inputs[first + second :]
    while _closed(params["cond_jaxpr"], [*own, *carried])[0].item():
        carried = _closed(params["body_jaxpr"], [*body, *carried])
    return carried


def _scan(params: Any, inputs: Values) -> Values:
    first, second = _sizes_of_scan(params)
    consts, carried = inputs[:first], inputs[first : first + second]
    each_turn = inputs[first + second :]
    turns = range(params["length"])
    outputs = []
    for turn in reversed(turns) if params["reverse"] else turns:
        given = [*consts, *carried, *(np.asarray(x[turn]) for x in each_turn)]
        results = _closed(params["jaxpr"], given)
        carried = results[:second]
        outputs.append(results[second:])
    if params["reverse"]:
        outputs.reverse()
    return [*carried, *map(np.stack, zip(*outputs, strict=True))]


def _sizes_of_scan(params: Any) -> tuple[int, int]:
    """Return how many inputs are constants, and how many are carried."""
    if "ft_in" in params:  # of newer releases of JAX
        consts, carried, _ = params["ft_in"].unpack()
        return len(consts), len(carried)
    return params["num_consts"], params["num_carry"]


def _solve(params: Any, inputs: Values) -> Values:
    lengths, programs = params["const_lengths"], params["jaxprs"]
    begin = lengths.matvec + lengths.vecmat
    consts = inputs[begin : begin + lengths.solve]
    return _closed(programs.solve, [*consts, *inputs[sum(lengths) :]])


def _reduce(params: Any, inputs: Values) -> Values:
    count = len(inputs) // 2
    results, axes = inputs[count:], params["dimensions"]
    last = range(-len(axes), 0)
    rows = [np.moveaxis(x, axes, last) for x in inputs[:count]]
    rows = [x.reshape(*x.shape[: -len(axes)], -1) for x in rows]
    results = [np.broadcast_to(x, rows[0].shape[:-1]) for x in results]
    for place in range(rows[0].shape[-1]):
        results = _closed(params["jaxpr"], [*results, *(x[..., place] for x in rows)])
    return results


def _same(params: Any, inputs: Values) -> Values:
    return inputs


def _called(name: str) -> Callable[[Any, Values], Values]:
    def call(params: Any, inputs: Values) -> Values:
        program = params[name]
        if isinstance(program, core.ClosedJaxpr):
            return _closed(program, inputs)
        return _run(program, (), inputs)

    return call


_CONTROL: dict[str, Callable[[Any, Values], Values]] = {
    "cond": _cond,
    "custom_jvp_call": _called("call_jaxpr"),
    "custom_linear_solve": _solve,
    "jit": _called("jaxpr"),
    "platform_index": _platform,
    "reduce": _reduce,
    "remat2": _called("jaxpr"),
    "scan": _scan,
    "while": _while,
}
_CONTROL |= dict.fromkeys(("name", "optimization_barrier", "stop_gradient"), _same)
