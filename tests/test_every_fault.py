"""What holds for every loss: bad input is named on every library, also under jit."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.sampling import COMPILED
from tests.table import rows


def raises(error, message, row, arrays, **options):
    """Assert that the call raises, and under jit, too, where there is one."""
    pattern = message if isinstance(message, re.Pattern) else f"^{re.escape(message)}"
    calls = [row.with_options(**options)]
    places = [k for k, x in enumerate(arrays) if isinstance(x, jax.Array)]
    if places:

        def traced(*dynamic):
            known = dict(zip(places, dynamic, strict=True))
            full = [known.get(k, x) for k, x in enumerate(arrays)]
            return row.with_options(**options)(*full)

        dynamic = [arrays[k] for k in places]
        calls.append(lambda *_: jax.jit(traced)(*dynamic))
    for call in calls:
        with pytest.raises(error, match=pattern):
            call(*arrays)


@rows("reduction", one_in=1)
def test_an_unknown_reduction_is_named(xp, row):
    last = "'sum' or 'batchmean'" if row.loss is fl.kl_div else "'sum'"
    some = "'none', 'mean'," if row.loss is fl.kl_div else "'none', 'mean' or"
    arrays = row.made(xp)
    for reduction in ("avg", "Mean", None, 1):
        message = f"reduction must be {some} {last}, got {reduction!r}"
        raises(ValueError, message, row, arrays, reduction=reduction)


@rows("where")
def test_a_mask_must_be_boolean(xp, row):
    for kind in ("float64", "int64"):
        where = xp.ones(row.mask_shape, dtype=getattr(xp, kind))
        message = re.compile(
            rf"^where must be a boolean array, got \S*{kind}: "
            r"mask\.astype\(bool\) or mask != 0"
        )
        raises(TypeError, message, row, row.made(xp), where=where)
    raises(
        TypeError,
        "where must be a boolean array, got list",
        row,
        row.made(xp),
        where=[True],
    )


@rows("where")
def test_a_mask_must_fit_the_losses(xp, row):
    shape = (*row.mask_shape[:-1], row.mask_shape[-1] + 4)
    where = xp.ones(shape, dtype=xp.bool if hasattr(xp, "bool") else bool)
    message = f"where must broadcast to {row.mask_shape}, got {shape}"
    raises(ValueError, message, row, row.made(xp), where=where)


@rows("weight")
def test_a_weight_must_have_no_axis_of_its_own(xp, row):
    shape = (2, *row.mask_shape)
    named = r"weight must (have shape|broadcast to) |shapes must be equal, got "
    message = re.compile(rf"^({named}).*{re.escape(str(shape))}")
    weight = xp.ones(shape, dtype=xp.float64)
    raises(ValueError, message, row, row.made(xp), weight=weight)


@rows("dtype")
def test_a_result_dtype_must_be_real_floating(xp, row):
    message, arrays = "dtype must be a real floating dtype of ", row.made(xp)
    for dtype in ("int32", "bool", "complex64", "nonsense"):
        raises(TypeError, message, row, arrays, dtype=dtype)


@rows()
def test_integers_alone_are_refused(xp, row):
    integers = [xp.ones(x.shape, dtype=xp.int64) for x in row.made(xp)]
    raises(TypeError, "at least one array must be real floating, got ", row, integers)


@rows()
def test_complex_arrays_are_refused(xp, row):
    arrays = row.made(xp)
    name, place = list(row.arrays)[row.floats()[0]], row.floats()[0]
    arrays[place] = xp.ones(arrays[place].shape, dtype=xp.complex128)
    message = (
        f"{name} must be real, got complex128: pass absolute values, "
        "such as that of a difference"
    )
    raises(TypeError, message, row, arrays)


@rows()
def test_lists_are_refused(xp, row):
    for place, name in enumerate(row.arrays):
        if name in row.lists:
            continue
        arrays = row.made(xp)
        arrays[place] = to_numpy(arrays[place]).tolist()
        message = rf"^(at least one argument|{name}) must be an (integer )?array, got "
        raises(TypeError, re.compile(message), row, arrays)


@rows()
@pytest.mark.parametrize("xp", ["numpy", "jax", "strict"], indirect=True)
def test_mixed_libraries_are_named(xp, row):
    arrays, names = row.made(xp), list(row.arrays)
    if len(arrays) == 1:
        name = next(filter(row.has, ("weight", "p", "where")))
        value = torch.asarray(name == "where" or 2.0)
        options, other = {name: value}, f"{name} torch"
    else:
        arrays[-1] = row.made(torch)[-1]
        given = "" if names[-1] in row.lists else names[-1]  # a part of an argument
        options, other = {}, f"{given} torch"
    with pytest.raises(
        TypeError, match=f"^arrays must come from one library, .*{other}"
    ):
        row.with_options(**options)(*arrays)


@rows("where")
def test_a_mask_of_another_library_is_named(row):
    where = torch.ones(row.mask_shape, dtype=torch.bool)
    with pytest.raises(TypeError, match=r"come from one library, got .*where torch"):
        row.with_options(where=where)(*row.made(jnp))


@rows(attribute="misfit")
def test_shapes_that_do_not_fit_are_named(xp, row):
    shapes, message = row.misfit
    arrays = [
        xp.zeros(shapes[name], dtype=xp.int64 if k not in row.floats() else xp.float64)
        for k, name in enumerate(row.arrays)
    ]
    raises(ValueError, message, row, arrays)


@rows(attribute="bad_options")
def test_options_out_of_range_are_named(xp, row):
    for options, message in row.bad_options:
        raises(ValueError, message, row, row.made(xp), **options)


@rows(attribute="reals")
def test_options_that_are_no_numbers_are_named(xp, row):
    for name in row.reals:
        message = f"{name} must be a real number, got 'a'"
        raises(TypeError, message, row, row.made(xp), **{name: "a"})
        message = rf"^{name} must be a number or a 0-d( or a 1-d)? array, got shape"
        bad = {name: xp.ones((2, 2))}
        raises(ValueError, re.compile(message), row, row.made(xp), **bad)


@rows(attribute="flags")
def test_flags_must_be_true_or_false(xp, row):
    for name in row.flags:
        for bad in ("no", 1, None):
            message = f"{name} must be True or False, got {bad!r}"
            raises(ValueError, message, row, row.made(xp), **{name: bad})


@rows(attribute="reals", one_in=COMPILED)
def test_option_arrays_out_of_range_make_value_and_gradient_nan_on_jax(row):
    arrays = row.made(jnp)

    def both(given, *arrays):
        loss = row.with_options(**given)
        return jax.value_and_grad(loss, row.trained())(*arrays)

    jitted = jax.jit(both)  # one program for all values of an option
    for options, _ in row.bad_options:
        ((name, value),) = options.items()
        if name in row.reals:
            given = {name: jnp.asarray(value)}
            for function in (both, jitted):
                found, derivatives = function(given, *arrays)
                assert_close(found, np.nan)
                assert all(np.isnan(x).any() for x in derivatives)
            with (
                fl.debug_values(),
                pytest.raises(ValueError, match=f"^{name} must be "),
            ):
                row.with_options(**given)(*arrays)


def with_fault(row, xp, name, place, value):
    changed = row.values()[name].copy()
    changed[place] = value
    return row.made(xp, changed={name: changed})


@rows(attribute="bad_values")
@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_bad_values_are_named_where_they_can_be_read(xp, row):
    for name, place, value, message in row.bad_values:
        for reduction in ("none", "mean"):
            arrays = with_fault(row, xp, name, place, value)
            with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
                row.with_options(reduction=reduction)(*arrays)


@rows(attribute="bad_values", one_in=1)
@pytest.mark.parametrize("transform", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_bad_values_make_their_sample_nan_in_value_and_gradient_on_jax(row, transform):
    @transform
    def results(*arrays):
        derivatives = jax.grad(row.with_options(reduction="sum"), row.trained())
        losses = row.with_options(reduction="none")(*arrays)
        return losses, row.with_options()(*arrays), derivatives(*arrays)

    clean = to_numpy(results(*row.made(jnp))[0])
    for name, place, value, _ in row.bad_values:
        losses, mean, derivatives = results(*with_fault(row, jnp, name, place, value))
        losses, own = to_numpy(losses), place[: len(row.losses)]
        if not row.together:
            others = np.ones(row.losses, bool)
            others[own] = False
            assert_close(losses[others], clean[others])
        assert_close(losses[own], np.nan)
        assert_close(mean, np.nan)
        for k, x in zip(row.trained(), derivatives, strict=True):
            axis = row.samples.get(list(row.arrays)[k], 0)
            if axis is None:  # all samples share it, and so the fault
                assert np.isnan(x).any()
                continue
            samples = np.moveaxis(to_numpy(x), axis, 0)
            assert np.isnan(samples[own]).all()
            assert row.together or not np.isnan(samples[0]).any()


@rows(attribute="bad_values")
def test_bad_values_are_named_on_jax_on_request(row):
    for name, place, value, message in row.bad_values:
        arrays = with_fault(row, jnp, name, place, value)
        with fl.debug_values(), pytest.raises(ValueError, match=re.escape(message)):
            row.with_options()(*arrays)


@rows(attribute="bad_values")
def test_bad_values_that_are_masked_pass(xp, row):
    for name, place, value, _ in row.bad_values:
        keep = np.ones(row.mask_shape, bool)
        keep[place[: len(row.losses)]] = False
        arrays = with_fault(row, xp, name, place, value)
        masked = row.with_options(where=xp.asarray(keep.tolist()))
        assert_close(masked(*arrays), masked(*row.made(xp)))
