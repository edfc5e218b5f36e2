"""Compile losses with torch and print what comes out, as JSON.

A program of its own: nothing may have run before a loss is compiled for the first time,
not even its import. `python -m tests.torch_programs inductor` is for torch's default
backend, `python -m tests.torch_programs K ...` for rows of the table, by number; with
`K+` torch traces the operations of row K and their derivatives.
"""

import json
import sys
from dataclasses import dataclass

import numpy as np
import torch
from torch._dynamo.backends.debugging import aot_eager

import funloss as fl

SIZES = (3, 5, 8, 4, 7, 6)


@dataclass
class Counting:
    """A backend that counts its programs; with `derivatives` torch traces those too."""

    derivatives: bool
    programs: int = 0

    def __call__(self, graph, inputs):
        """Return the program of a graph."""
        program = aot_eager(graph, inputs) if self.derivatives else graph.forward
        self.programs += 1
        return program


def batch(row, size):
    """Return the arrays of a row with so many samples, those that it has in turn."""
    arrays = []
    for name, x in row.values().items():
        axis = row.samples.get(name, 0)
        places = None if axis is None else np.arange(size) % x.shape[axis]
        taken = torch.asarray(x if places is None else np.take(x, places, axis))
        arrays.append(taken.requires_grad_(x.dtype.kind == "f"))
    return arrays


def value_and_gradients(function, arrays):
    """Return the value of a function and its gradients, as lists."""
    value = function(*arrays)
    wanted = [x for x in arrays if x.requires_grad]
    gradients = torch.autograd.grad(value.sum(), wanted, materialize_grads=True)
    return [x.tolist() for x in (value.detach(), *gradients)]


def compiled(function, batches, **options):
    """Return the results of the compiled function."""
    program = torch.compile(function, fullgraph=True, **options)
    return [value_and_gradients(program, arrays) for arrays in batches]


def of_rows(places):
    """Return for each row the programs and results, compiled and not."""
    from tests.table import ROWS  # noqa: PLC0415 - the other program goes without

    found = {}
    for place, derivatives in places:
        row, backend = ROWS[place], Counting(derivatives)
        batches = [batch(row, size) for size in SIZES]
        torch.compiler.reset()  # or a loss profits from what was seen of another
        try:
            got = compiled(row.with_options(), batches, backend=backend)
        except Exception as error:  # the test shows it
            got = str(error)
        found[place] = [backend.programs, got]
    for place, _ in places:
        row = ROWS[place]
        wanted = [value_and_gradients(row.with_options(), batch(row, n)) for n in SIZES]
        found[place].append(wanted)
    return found


def with_inductor():
    """Return the results of two losses in one program of torch's default backend."""

    def loss(x, t, labels):
        return fl.huber_loss(x, t) + fl.cross_entropy(x, labels)

    torch.manual_seed(0)
    arrays = [torch.randn(4, 5).requires_grad_(), torch.randn(4, 5), torch.arange(4)]
    return [value_and_gradients(f, arrays) for f in (torch.compile(loss), loss)]


if __name__ == "__main__":
    asked = sys.argv[1:]
    if asked == ["inductor"]:
        sys.stdout.write(json.dumps(with_inductor()))
    else:
        sys.stdout.write(
            json.dumps(of_rows([(int(k.strip("+")), "+" in k) for k in asked]))
        )
