"""What devices exchange and hold for a loss whose classes or rows are sharded."""

import contextlib

import jax
import pytest
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

import funloss as fl
from benchmarks.collectives import Collective, collectives
from benchmarks.scaling import (
    PAGE,
    Placed,
    Program,
    filled,
    linear_cross_entropy_cost,
)

AUTO, EXPLICIT = AxisType.Auto, AxisType.Explicit
CLASSES, BOTH = ((8,), ("classes",)), ((2, 4), ("rows", "classes"))
REDUCE = "all-reduce"


def sharded(shapes, specs, mesh, dtypes):
    """Return arguments of these shapes as they lie on a mesh."""
    return [
        jax.ShapeDtypeStruct(shape, dtype, sharding=NamedSharding(mesh, P(*spec)))
        for shape, spec, dtype in zip(shapes, specs, dtypes, strict=True)
    ]


def compiled(loss, wrt, arguments, mesh, *, known):
    with jax.enable_x64(False), jax.set_mesh(mesh) if known else nothing():
        return jax.jit(jax.value_and_grad(loss, wrt)).lower(*arguments).compile()


nothing = contextlib.nullcontext


def exchanged(program):
    """Return the kind and bytes of what is more than two numbers, and the looped."""
    found = [each for each in collectives(program.as_text()) if each.bytes > 8]
    once = sorted((each.kind, each.bytes) for each in found if each.times == 1)
    return once, [each for each in found if each.times > 1]


# Bytes of one float32 for each of the rows that a device has.
ROWS = 2048
ONE = {CLASSES: 4 * ROWS, BOTH: 4 * ROWS // 2}


@pytest.mark.parametrize("kind", [AUTO, EXPLICIT], ids=["auto", "explicit"])
@pytest.mark.parametrize("layout", [CLASSES, BOTH], ids=["8", "2x4"])
@pytest.mark.parametrize(
    "options",
    [{}, {"ignore_index": 3}, {"reduction": "sum"}, {"label_smoothing": 0.1}],
    ids=lambda options: next(iter(options), "plain"),
)
def test_cross_entropy_exchanges_a_few_numbers_a_row(kind, layout, options):
    mesh = jax.make_mesh(*layout, axis_types=(kind,) * len(layout[1]))
    rows = "rows" if layout is BOTH else None
    arguments = sharded(
        [(ROWS, 32768), (ROWS,)],
        [(rows, "classes"), (rows,)],
        mesh,
        ["float32", "int32"],
    )
    program = compiled(
        lambda x, t: fl.cross_entropy(x, t, **options), 0, arguments, mesh, known=True
    )
    once, looped = exchanged(program)
    assert not looped
    assert {each for each, _ in once} == {REDUCE}
    # The maximum and the label's score, then the sum: five numbers a row at most.
    assert len(once) == (3 if "label_smoothing" in options else 2)
    most = 8 if "label_smoothing" in options else 5
    assert sum(size for _, size in once) <= most * ONE[layout]
    assert program.memory_analysis().temp_size_in_bytes < 1e6


def test_without_classes_on_other_devices_only_the_mean_is_exchanged():
    mesh = jax.make_mesh((8,), ("rows",), axis_types=(AUTO,))
    specs, dtypes = [("rows",), ("rows",)], ["float32", "int32"]
    arguments = sharded([(ROWS, 1024), (ROWS,)], specs, mesh, dtypes)
    program = compiled(fl.cross_entropy, 0, arguments, mesh, known=False)
    assert exchanged(program) == ([], [])
    assert {each.kind for each in collectives(program.as_text())} == {REDUCE}


N, D, V = 2048, 1024, 131_072
X, W = 4 * N * D, 4 * V * D


@pytest.mark.parametrize(
    ("kind", "known"),
    [(AUTO, False), (AUTO, True), (EXPLICIT, True)],
    ids=["auto", "auto-known", "explicit"],
)
@pytest.mark.parametrize("layout", [CLASSES, BOTH], ids=["8", "2x4"])
def test_linear_cross_entropy_leaves_the_matrix_where_it_is(kind, known, layout):
    mesh = jax.make_mesh(*layout, axis_types=(kind,) * len(layout[1]))
    rows = "rows" if layout is BOTH else None
    specs = [(rows,), ("classes",), (rows,)]
    dtypes = ["float32", "float32", "int32"]
    arguments = sharded([(N, D), (V, D), (N,)], specs, mesh, dtypes)
    program = compiled(fl.linear_cross_entropy, (0, 1), arguments, mesh, known=known)
    once, looped = exchanged(program)
    assert {kind for kind, _ in once} | {each.kind for each in looped} == {REDUCE}
    assert program.memory_analysis().temp_size_in_bytes <= 90e6
    own = X // (2 if layout is BOTH else 1)
    assert sum(size for _, size in once if size < own) <= 3 * ONE[layout]
    # The derivative of the rows: at the end where the mesh is known, else block by
    # block.
    assert (own in [size for _, size in once]) == known
    assert (own in [each.bytes for each in looped]) == (not known)
    # Beside it, the derivative of the matrix from rows elsewhere: all of it in all
    # blocks.
    matrix = sum(each.bytes * each.times for each in looped if each.bytes != own)
    assert matrix == (W // 4 if layout is BOTH else 0)


def test_rows_and_classes_on_the_same_devices_gather_the_rows():
    mesh = jax.make_mesh((8,), ("all",), axis_types=(AUTO,))
    dtypes = ["float32", "float32", "int32"]
    arguments = sharded([(N, D), (V, D), (N,)], [("all",)] * 3, mesh, dtypes)
    program = compiled(fl.linear_cross_entropy, (0, 1), arguments, mesh, known=True)
    once, looped = exchanged(program)
    assert not looped
    assert max(size for _, size in once) <= X + 4
    assert program.memory_analysis().temp_size_in_bytes <= 90e6


@pytest.mark.parametrize("kind", [AUTO, EXPLICIT], ids=["auto", "explicit"])
def test_all_pairs_of_sharded_rows_never_exist_with_their_features(kind):
    mesh = jax.make_mesh((8,), ("rows",), axis_types=(kind,))
    rows, features = 4096, 512
    arguments = sharded([(rows, features)], [("rows",)], mesh, ["float32"])
    program = compiled(
        lambda x: fl.pdist(x).mean(), 0, arguments, mesh, known=kind is EXPLICIT
    )
    pairs = 4 * rows * rows // 2
    assert program.memory_analysis().temp_size_in_bytes <= 4 * pairs
    assert max(each.bytes for each in collectives(program.as_text())) <= pairs


@pytest.mark.parametrize("over", [(1, 8), (2, 4), (4, 2)], ids=str)
@pytest.mark.parametrize(
    ("rows", "features", "classes"),
    [(2048, 1024, 131_072), (4096, 512, 262_144), (1024, 2048, 65_536)],
    ids=["square", "wide", "deep"],
)
def test_the_model_on_paper_is_what_the_compiler_counts(rows, features, classes, over):
    cost = linear_cross_entropy_cost(rows, features, classes, over)
    arguments = [
        Placed(f"f32[{rows},{features}]", ("rows",)),
        Placed(f"f32[{classes},{features}]", ("classes",)),
        Placed(f"i32[{rows}]", ("rows",)),
    ]
    program = Program(fl.linear_cross_entropy, arguments, over, (0, 1), kind=EXPLICIT)
    found, temporaries = program.counted()
    once = [each.bytes for each in found if each.times == 1 and each.bytes > 8]
    assert sum(once) == cost.sums + cost.rows
    looped = [each.bytes * each.times for each in found if each.times > 1]
    assert sum(looped) == cost.matrix
    assert temporaries == pytest.approx(cost.temporaries, rel=0.2)


@pytest.mark.long
def test_the_page_holds_what_is_counted_today():
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page


def test_the_count_of_exchanges_sees_them():
    mesh = jax.make_mesh((8,), ("rows",), axis_types=(AUTO,))
    (x,) = sharded([(64, 8)], [("rows",)], mesh, ["float32"])
    (whole,) = sharded([(64, 8)], [()], mesh, ["float32"])

    def gathered(x):
        return jax.lax.fori_loop(0, 3, lambda _, y: y + y.sum(0, keepdims=True), x) * 2

    text = jax.jit(gathered, out_shardings=whole.sharding).lower(x).compile().as_text()
    found = collectives(text)
    assert Collective("all-gather", 4 * 64 * 8, 1) in found
    assert 3 in {each.times for each in found if each.kind == REDUCE}
