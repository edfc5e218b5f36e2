"""Every loss on inputs that lie on several devices equals the loss on one."""

import contextlib
import math
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pytest
import torch
from jax import lax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

import funloss as fl
from parity.row import Row
from tests.assertions import assert_close
from tests.derivatives import gradients_on_torch
from tests.sampling import COMPILED
from tests.table import LABELLED, parameters

BATCH, CLASSES = 16, 8
MESHES = {"8": ((8,), ("data",)), "2x4": ((2, 4), ("data", "model"))}
# Which axis of which arrays holds the classes.
CLASS_AXES = {
    fl.cross_entropy: {"input": 1, "target": 1},
    fl.nll_loss: {"input": 1},
    fl.multi_margin_loss: {"input": 1},
    fl.multiclass_hinge_loss: {"input": 1},
    fl.bi_tempered_loss: {"input": 1, "target": 1},
    fl.entmax_loss: {"input": 1, "target": 1},
    fl.dice_loss: {"input": 2, "target": 2},
    fl.tversky_loss: {"input": 2, "target": 2},
    fl.generalized_dice_loss: {"input": 2, "target": 2},
    fl.lovasz_softmax_loss: {"input": 2, "target": 2},
    fl.soft_cldice_loss: {"input": 2, "target": 2},
    fl.softmax_focal_loss: {"input": 1, "target": 1},
    fl.poly_loss: {"input": 1, "target": 1},
    fl.generalized_cross_entropy: {"input": 1, "target": 1},
    fl.smooth_labels: {"target": 1},
    fl.multilabel_margin_loss: {"input": 1, "target": 1},
    fl.multilabel_soft_margin_loss: {"input": 1, "target": 1},
    fl.linear_cross_entropy: {"linear_weight": 0},
    fl.arcface_loss: {"linear_weight": 0},
    fl.proxy_anchor_loss: {"linear_weight": 0},
    fl.linear_distillation_loss: {"linear_weight": 0, "teacher_weight": 0},
    fl.ctc_loss: {"log_probs": 2},
}
# Which rows are equal, or nearest, must not be up to rounding: no two of one direction.
DISTANCES = {fl.contrastive_loss, fl.batch_triplet_loss, fl.koleo_loss}
# Of those with classes, whose weight is a factor on each loss.
BY_ROW = {fl.linear_distillation_loss}


@dataclass(frozen=True)
class Problem:
    """A loss with a batch that eight devices can share, and its mean on one."""

    row: Row
    arrays: dict[str, np.ndarray]
    wanted: Any

    def specs(self, batch=None, classes=None):
        """Return how each array is split over the axes of a mesh."""
        for name, x in self.arrays.items():
            parts = [None] * x.ndim
            sample = self.row.samples.get(name, 0)
            if sample is not None:
                parts[sample] = batch
            axis = CLASS_AXES.get(self.row.loss, {}).get(name, x.ndim)
            if axis < x.ndim:
                parts[axis] = classes
            yield PartitionSpec(*parts)


def enlarged(x, axis, size):
    """Repeat `x` along an axis, each time a bit smaller."""
    if axis is None or axis >= x.ndim:
        return x
    places = np.arange(size)
    x = np.take(x, places % x.shape[axis], axis)
    if x.dtype.kind != "f":
        return x
    shape = [size if k == axis else 1 for k in range(x.ndim)]
    return x * (1 - places / (4 * size)).reshape(shape)


def mean(row, **options):
    if row.has("reduction"):
        return row.with_options(reduction="mean", **options)
    return lambda *arrays: fl.reduce(row.with_options()(*arrays))


def solved(row, arrays, **options):
    """Return the problem with what torch computes, which compiles nothing."""
    given = [torch.asarray(np.array(x)) for x in arrays.values()]
    wrt = [given[k].requires_grad_() for k in row.floats()]
    options = {name: torch.asarray(x) for name, x in options.items()}
    value = mean(row, **options)(*given)
    derivatives = gradients_on_torch(value, wrt)
    return Problem(row, arrays, (value.detach(), derivatives))


def batch_of(row):
    arrays = {
        name: enlarged(x, row.samples.get(name, 0), BATCH)
        for name, x in row.values().items()
    }
    if row.loss in DISTANCES:
        arrays["input"][:, 0] *= np.linspace(0.5, 1, BATCH)
    return arrays


@pytest.fixture(scope="module", params=parameters(LABELLED, one_in=COMPILED))
def problem(request):
    """Make each loss of the table a problem for eight devices."""
    return solved(request.param, batch_of(request.param))


CLASSIFIERS = {k: row for k, row in LABELLED.items() if row.loss in CLASS_AXES}


@pytest.fixture(scope="module", params=parameters(CLASSIFIERS, one_in=COMPILED))
def classifier(request):
    """Make each loss with an axis of classes a problem of eight classes."""
    axes = CLASS_AXES[request.param.loss]
    arrays = {
        name: enlarged(x, axes.get(name), CLASSES)
        for name, x in batch_of(request.param).items()
    }
    return solved(request.param, arrays)


def placed(mesh, x, *parts):
    return jax.device_put(x, NamedSharding(mesh, PartitionSpec(*parts)))


def make_mesh(name, kind):
    shape, axes = MESHES[name]
    return jax.make_mesh(shape, axes, axis_types=(kind,) * len(axes))


def check_sharded(problem, mesh, specs, program=None):
    """Compare value and gradients of sharded arrays with those on one device."""
    row, explicit = problem.row, AxisType.Explicit in mesh.axis_types
    arrays = [
        placed(mesh, x, *spec)
        for x, spec in zip(problem.arrays.values(), specs, strict=True)
    ]
    program = jax.jit(jax.value_and_grad(program or mean(row), row.floats()))
    with jax.set_mesh(mesh) if explicit else contextlib.nullcontext():
        value, gradients = program(*arrays)
    assert_close(value, problem.wanted[0])
    for k, one, other in zip(row.floats(), gradients, problem.wanted[1], strict=True):
        assert_close(one, other, atol=1e-15)
        if explicit:
            assert one.sharding.is_equivalent_to(arrays[k].sharding, one.ndim)


KINDS = pytest.mark.parametrize("kind", [AxisType.Auto, AxisType.Explicit], ids=str)


# Each mesh and each kind once: compiling takes the time.
@pytest.mark.parametrize(
    ("name", "kind"), [("8", AxisType.Explicit), ("2x4", AxisType.Auto)], ids=str
)
def test_batch_on_eight_devices(problem, name, kind):
    mesh = make_mesh(name, kind)
    check_sharded(problem, mesh, problem.specs(mesh.axis_names))


@KINDS
def test_classes_on_eight_devices(classifier, kind):
    specs = classifier.specs(classes="data")
    check_sharded(classifier, make_mesh("8", kind), specs)


@KINDS
def test_batch_on_two_times_classes_on_four_devices(classifier, kind):
    specs = classifier.specs("data", "model")
    check_sharded(classifier, make_mesh("2x4", kind), specs)


def test_losses_of_each_shard_are_averaged_in_shard_map(problem):
    mesh = make_mesh("2x4", AxisType.Auto)
    specs, row = tuple(problem.specs(mesh.axis_names)), problem.row
    options = {"reduction": "none"} if row.has("reduction") else {}

    if row.mass is None:
        program = row.with_options(reduction="sum")
        program = jax.jit(jax.value_and_grad(program, row.floats()))
        problem = Problem(row, problem.arrays, program(*problem.arrays.values()))

    def program(*shards):
        # The sum is the mean, as many times as there are losses.
        count = BATCH * math.prod(row.losses[1:])
        weight = count if row.mass is None else 1 / row.mass
        if row.together:
            shards = [
                lax.all_gather(x, mesh.axis_names, tiled=True) if any(spec) else x
                for x, spec in zip(shards, specs, strict=True)
            ]
        if row.loss is fl.ctc_loss:  # averages losses a label
            weight = 1 / shards[-1]
        return fl.reduce(
            row.with_options(**options)(*shards),
            weight=weight,
            divisor="count",
            axis_name=mesh.axis_names,
        )

    program = jax.shard_map(
        program, mesh=mesh, in_specs=specs, out_specs=PartitionSpec(), check_vma=True
    )
    check_sharded(problem, mesh, specs, program)


MASKED = {k: row for k, row in LABELLED.items() if row.has("where", "reduction")}


@pytest.mark.parametrize("problem", parameters(MASKED, one_in=COMPILED), indirect=True)
def test_weights_and_masks_on_eight_devices(problem):
    row = problem.row
    mesh = make_mesh("2x4", AxisType.Explicit)
    shape = (BATCH, *row.mask_shape[1:])
    options: dict[str, Any] = {
        "where": np.arange(math.prod(shape)).reshape(shape) % 5 > 1
    }
    if row.has("weight"):
        # A number a class, or else a factor on each loss.
        axes = {} if row.loss in BY_ROW else CLASS_AXES.get(row.loss, {})
        shape = (BATCH, *row.weights().get("weight", row.mask_shape)[1:])
        for name, axis in [*axes.items()][:1]:
            shape = problem.arrays[name].shape[axis : axis + 1]
        options["weight"] = np.linspace(0.5, 2, math.prod(shape)).reshape(shape)
    parts = {name: mesh.axis_names for name, x in options.items() if len(x) == BATCH}
    wanted = solved(row, problem.arrays, **options)
    options = {name: placed(mesh, x, parts.get(name)) for name, x in options.items()}
    check_sharded(
        wanted,
        mesh,
        problem.specs(mesh.axis_names),
        mean(row, **options),
    )
