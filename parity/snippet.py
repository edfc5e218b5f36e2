"""A failing call as Python that can be pasted and shows the fault again."""

from typing import Any

import numpy as np

from parity.problem import Problem
from parity.tree import map_leaves
from parity.verdict import Finding

__all__ = ["snippet"]

_IMPORTS = {
    "numpy": ["import ml_dtypes", "import numpy as np"],
    "array-api-strict": ["import array_api_strict as strict", "import numpy as np"],
    "torch": [
        "from functools import partial",
        "",
        "import numpy as np",
        "import torch",
    ],
    "jax": [
        "import jax",
        "import jax.numpy as jnp",
        "import numpy as np",
        "",
        'jax.config.update("jax_enable_x64", True)',
    ],
}


def snippet(problem: Problem, mode: str, finding: Finding, draw: int | None) -> str:
    """Return a program that ends by printing what it `got` and should `want`."""
    library = "jax" if mode.startswith("jax-") else mode
    wanted = {"values": [], "slopes": ["cotangent"]}
    made = {"cotangent": _one_or_more(problem.cotangents)}
    made |= {f"along_{i}": x for i, x in enumerate(problem.directions)}
    extra = wanted.get(finding.kind, list(made))
    inputs = ", ".join(problem.inputs)
    outputs = "tuple({})" if len(problem.cotangents) > 1 else "{}"
    compute = _jax if library == "jax" else _torch if library == "torch" else _plain
    lines = [
        *_IMPORTS[library],
        "from numpy import inf, nan",
        "",
        *_import(problem),
        "",
        *(f"{name} = {_tree(x, library)}" for name, x in problem.inputs.items()),
        *(f"{name} = {_tree(made[name], library)}" for name in extra),
        "",
        f"def loss({inputs}):",
        f"    return {outputs.format(_call(problem, library))}",
        "",
        *compute(problem, mode, finding, extra),
        *([f"got = got[{draw}]"] if draw is not None else []),
        f"want = {_literal(finding.want)}  # the reference, in float64",
        r'print(f"got\n{got}\nwant\n{want}")',
    ]
    return "\n".join(lines) + "\n"


def _plain(problem: Problem, mode: str, finding: Finding, extra: list) -> list[str]:
    return [f"got = loss({', '.join(problem.inputs)})", *_output(problem, finding)]


def _torch(problem: Problem, mode: str, finding: Finding, extra: list) -> list[str]:
    if finding.kind == "values":
        return _plain(problem, mode, finding, extra)
    variables = f"[{', '.join(problem.variable_names())}]"
    options = "allow_unused=True, materialize_grads=True"
    lines = [
        f"for variable in {variables}:",
        "    variable.requires_grad_()",
        "",
        f"got = loss({', '.join(problem.inputs)})",
        f"slopes = partial(torch.autograd.grad, {options})",
        f"got = slopes(got, {variables}, cotangent, create_graph=True)",
    ]
    if finding.kind == "products":
        along = f"[{', '.join(extra[1:])}]"
        lines += [f"got = slopes(got, {variables}, {along})"]
    return [*lines, f"got = got[{finding.index}]"]


def _jax(problem: Problem, mode: str, finding: Finding, extra: list) -> list[str]:
    names = ", ".join([*problem.inputs, *extra])
    wrap = {
        "jax-eager": "{}",
        "jax-jit": "jax.jit({})",
        "jax-vmap": "jax.jit(jax.vmap({}))",
    }[mode]
    if finding.kind == "values":
        return [f"got = {wrap.format('loss')}({names})", *_output(problem, finding)]
    wrt = ", ".join(problem.wrt)
    lines = [
        f"def derivative({names}):",
        f"    def slopes({wrt}):",
        f"        of = lambda {wrt}: loss({', '.join(problem.inputs)})",
        f"        return jax.vjp(of, {wrt})[1](cotangent)",
    ]
    if finding.kind == "slopes":
        lines += [f"    return slopes({wrt})"]
    else:
        flat = (f"along_{i}" for i in range(len(problem.directions)))
        along = [_code(map_leaves(lambda _: next(flat), problem.inputs[name]), str)
                 for name in problem.wrt]  # fmt: skip
        along = ", ".join(along)
        lines += (
            [f"    return jax.vjp(slopes, {wrt})[1](({along},))"]
            if mode == "jax-vmap"
            else [f"    return jax.jvp(slopes, ({wrt},), ({along},))[1]"]
        )
    path = problem.variable_names()[finding.index]
    name = path.split("[")[0]
    place = f"[{problem.wrt.index(name)}]{path.removeprefix(name)}"
    return [*lines, "", f"got = {wrap.format('derivative')}({names}){place}"]


def _output(problem: Problem, finding: Finding) -> list[str]:
    return [f"got = got[{finding.index}]"] if len(problem.cotangents) > 1 else []


def _one_or_more(arrays: tuple) -> Any:
    return arrays[0] if len(arrays) == 1 else arrays


def _import(problem: Problem) -> list[str]:
    own = problem.function.__module__.split(".")[0] == "funloss"
    named = [value for value in problem.options.values() if callable(value)]
    named += [] if own else [problem.function]
    lines = [f"from {value.__module__} import {value.__name__}" for value in named]
    return [*(["import funloss as fl"] if own else []), *lines]


def _call(problem: Problem, library: str) -> str:
    function = problem.function
    known = function.__module__.split(".")[0] == "funloss"
    name = f"fl.{function.__name__}" if known else function.__name__
    given = {name: name for name in problem.inputs}
    for option, value in problem.options.items():
        named = option == "dtype" and value is not None
        given[option] = getattr(value, "__name__", repr(value))
        given[option] = _dtype(value, library) if named else given[option]
    positional = [given.pop(name) for name in problem.positional]
    return (
        f"{name}({', '.join([*positional, *(f'{k}={v}' for k, v in given.items())])})"
    )


def _tree(tree: Any, library: str) -> str:
    return _code(tree, lambda array: _array(array, library))


def _code(tree: Any, leaf: Any) -> str:
    if isinstance(tree, tuple | list):
        return f"({', '.join(_code(branch, leaf) for branch in tree)},)"
    return leaf(tree)


def _array(array: np.ndarray, library: str) -> str:
    if library == "jax":
        return f"jnp.asarray({_literal(array)}, dtype={array.dtype.name!r})"
    if library == "torch":
        return f"torch.asarray({_literal(array)}).to(torch.{array.dtype.name})"
    made = f"{_literal(array)}.astype({_dtype(array.dtype.name, library)})"
    return f"strict.asarray({made})" if library == "array-api-strict" else made


def _dtype(name: str, library: str) -> str:
    if library == "numpy" and name == "bfloat16":
        return "ml_dtypes.bfloat16"
    prefix = {"jax": "jnp", "torch": "torch", "numpy": "np", "array-api-strict": "np"}
    return f"{prefix[library]}.{name.replace('bool', 'bool_')}"


def _literal(array: np.ndarray) -> str:
    """Return code for the array; every dtype's numbers survive as Python numbers."""
    if not array.size:
        return f"np.zeros({array.shape})"
    wide = array if array.dtype.kind in "biu" else array.astype(np.float64)
    return f"np.asarray({wide.tolist()!r})"
