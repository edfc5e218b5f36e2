"""A failing call as Python that can be pasted and shows the fault again."""

import importlib
from typing import Any

import numpy as np

from funloss.testing._harness.modes import Mode
from funloss.testing._harness.naming import named
from funloss.testing._harness.problem import Problem
from funloss.testing._harness.tree import map_leaves
from funloss.testing._harness.verdict import Finding

__all__ = ["snippet"]

_IMPORTS = {
    "numpy": ["import ml_dtypes", "import numpy as np"],
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
    ],
}

# What a mode of JAX puts around the loss, and around the whole computation.
_SCAN = "lambda *x: jax.lax.scan(lambda c, _: (c, {}(*c)), x, None, length=1)[1][0]"
_AROUND = {
    "jax-eager": ("{}", "{}"),
    "jax-jit": ("{}", "jax.jit({})"),
    "jax-vmap": ("{}", "jax.jit(jax.vmap({}))"),
    "jax-scan": (_SCAN, "jax.jit({})"),
    "jax-checkpoint": ("jax.checkpoint({})", "jax.jit({})"),
}
_KERAS = ["import os", "", 'os.environ["KERAS_BACKEND"] = "{}"', ""]
_64_BITS = ["", 'jax.config.update("jax_enable_x64", True)']


def snippet(problem: Problem, mode: Mode, finding: Finding, draw: int | None) -> str:
    """Return a program that ends by printing what it `got` and should `want`."""
    library = mode.library
    wanted = {"values": [], "derivatives": ["cotangent"]}
    made = {"cotangent": _one_or_more(problem.cotangents)}
    made |= {f"along_{i}": x for i, x in enumerate(problem.directions)}
    extra = wanted.get(finding.kind, list(made))
    inputs = ", ".join(problem.inputs)
    outputs = "tuple({})" if len(problem.cotangents) > 1 else "{}"
    compute = {"jax": _jax, "torch": _torch}.get(library, _plain)
    imports, function = _function(problem)
    keras = _KERAS if mode.name.startswith("keras") else []
    lines = [
        *(line.format(library) for line in keras),
        *_IMPORTS.get(library, ["import numpy as np", f"import {_module(library)}"]),
        "from numpy import inf, nan",
        "",
        *imports,
        *(_64_BITS if library == "jax" and _in_64_bits(problem) else []),
        "",
        *(f"{name} = {_tree(x, library)}" for name, x in problem.inputs.items()),
        *(f"{name} = {_tree(made[name], library)}" for name in extra),
        "",
        f"def loss({inputs}):",
        f"    return {outputs.format(_call(problem, library, function))}",
        "",
        *compute(problem, mode, finding, extra),
        *([f"got = got[{draw}]"] if draw is not None else []),
        f"want = {_wanted(finding.want)}",
        r'print(f"got\n{got}\nwant\n{want}")',
    ]
    return "\n".join(lines) + "\n"


def _wanted(want: np.ndarray | str) -> str:
    if isinstance(want, str):
        return f'"{want}"'
    return f"{_literal(want)}  # the reference, in float64"


def _in_64_bits(problem: Problem) -> bool:
    jax = importlib.import_module("funloss.testing._harness.jax")
    return jax.in_64_bits([problem])


def _plain(problem: Problem, mode: Mode, finding: Finding, extra: list) -> list[str]:
    return [f"got = loss({', '.join(problem.inputs)})", *_output(problem, finding)]


def _torch(problem: Problem, mode: Mode, finding: Finding, extra: list) -> list[str]:
    if finding.kind == "values":
        return _plain(problem, mode, finding, extra)
    variables = f"[{', '.join(problem.variable_names())}]"
    options = "allow_unused=True, materialize_grads=True"
    lines = [
        f"for variable in {variables}:",
        "    variable.requires_grad_()",
        "",
        f"got = loss({', '.join(problem.inputs)})",
        f"gradients = partial(torch.autograd.grad, {options})",
        f"got = gradients(got, {variables}, cotangent, create_graph=True)",
    ]
    if finding.kind == "products":
        along = f"[{', '.join(extra[1:])}]"
        lines += [f"got = gradients(got, {variables}, {along})"]
    return [*lines, f"got = got[{finding.index}]"]


def _jax(problem: Problem, mode: Mode, finding: Finding, extra: list) -> list[str]:
    names = ", ".join([*problem.inputs, *extra])
    inner, outer = _AROUND[f"jax-{mode.name.rpartition('-')[2]}"]
    if finding.kind == "values":
        got = outer.format(f"({inner})".format("loss") if inner != "{}" else "loss")
        return [f"got = {got}({names})", *_output(problem, finding)]
    wrt = ", ".join(problem.wrt)
    differentiated = "of" if inner == "{}" else "around"
    lines = [
        f"def derivative({names}):",
        f"    def gradients({wrt}):",
        f"        of = lambda {wrt}: loss({', '.join(problem.inputs)})",
        *([f"        around = {inner.format('of')}"] if inner != "{}" else []),
        f"        return jax.vjp({differentiated}, {wrt})[1](cotangent)",
    ]
    if finding.kind == "derivatives":
        lines += [f"    return gradients({wrt})"]
    else:
        flat = (f"along_{i}" for i in range(len(problem.directions)))
        along = ", ".join(
            _code(map_leaves(lambda _: next(flat), problem.inputs[name]), str)
            for name in problem.wrt
        )
        lines += (
            [f"    return jax.vjp(gradients, {wrt})[1](({along},))"]
            if mode.stacked
            else [f"    return jax.jvp(gradients, ({wrt},), ({along},))[1]"]
        )
    path = problem.variable_names()[finding.index]
    name = path.split("[")[0]
    place = f"[{problem.wrt.index(name)}]{path.removeprefix(name)}"
    return [*lines, "", f"got = {outer.format('derivative')}({names}){place}"]


def _output(problem: Problem, finding: Finding) -> list[str]:
    return [f"got = got[{finding.index}]"] if len(problem.cotangents) > 1 else []


def _one_or_more(arrays: tuple) -> Any:
    return arrays[0] if len(arrays) == 1 else arrays


def _function(problem: Problem) -> tuple[list[str], str]:
    """Return the import lines of all functions, and how the loss is written."""
    lines, written = named(problem.function)
    for value in problem.options.values():
        if callable(value):
            lines += named(value)[0]
    # The same line of code may well stand twice, that of an import need not.
    seen: set[str] = set()
    kept = [
        line
        for line in lines
        if not line.startswith(("import ", "from "))
        or not (line in seen or seen.add(line))
    ]
    return kept, written


def _call(problem: Problem, library: str, function: str) -> str:
    given = {name: name for name in problem.inputs}
    for option, value in problem.options.items():
        if option == "dtype" and isinstance(value, str):
            given[option] = _dtype(value, library)
        else:
            given[option] = named(value)[1] if callable(value) else repr(value)
    arguments = [given.pop(name) for name in problem.positional]
    arguments += [f"{name}={value}" for name, value in given.items()]
    return f"{function}({', '.join(arguments)})"


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
    made = f"{_literal(array)}.astype({_dtype(array.dtype.name, 'numpy')})"
    return made if library == "numpy" else f"{_module(library)}.asarray({made})"


def _dtype(name: str, library: str) -> str:
    if library == "numpy" and name == "bfloat16":
        return "ml_dtypes.bfloat16"
    prefix = {"jax": "jnp", "numpy": "np"}.get(library, _module(library))
    return f"{prefix}.{name.replace('bool', 'bool_')}"


def _module(library: str) -> str:
    return library.replace("-", "_")


def _literal(array: np.ndarray) -> str:
    """Return code for the array; every dtype's numbers survive as Python numbers."""
    if not array.size:
        return f"np.zeros({array.shape})"
    wide = array if array.dtype.kind in "biu" else array.astype(np.float64)
    return f"np.asarray({wide.tolist()!r})"
