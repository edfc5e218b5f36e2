"""What holds for every loss: no option is passed over without a word."""

import inspect

import numpy as np
import pytest

import funloss as fl
from parity.losses import BY_FAMILY
from tests.table import rows

# Values to try besides an option's own; other options are numbers.
TRIED = {
    "gain": ["linear"],
    "lambda_weight": ["dcg", "labeldiff"],
    "topn": [1, 2],
    "step": ["hinge"],
    "labels": ["binary", "signed"],
    "absent": ["skip"],
    "activation": ["sigmoid", "softmax"],
    "ignore_index": [1],
    "axis": [0],
    "dim": [0],
    "time_axis": [1],
    "blank": [1],
    "p": [1, 3.0],
    "estimator": ["k1", "k2"],
}
NUMBERS = [0.3, 0.7, 1.5]
# Arrays and functions, what every loss has, how a loss is computed, and what is
# returned beside it.
OTHERS = {"reduction", "dtype", "where", "weight", "selector", "policy", "next_atoms"}
OTHERS |= {"transform", "inverse", "conjugate", "regularizer", "distance_function"}
OTHERS |= {"chunk_size", "has_aux"}

IDLE = [(info.name, option) for info in BY_FAMILY for option in info.idle]


def tried(parameter, row):
    """Return values for an option, besides those that the row's loss has."""
    default = row.options.get(parameter.name, parameter.default)
    if isinstance(default, bool):
        return [not default]
    values = TRIED.get(parameter.name, NUMBERS)
    return [x for x in values if type(x) is not type(default) or x != default]


@rows()
def test_every_option_changes_the_loss_or_is_refused_or_has_a_reason(row):
    arrays = row.made(np)
    options = {"reduction": "none"} if row.has("reduction") else {}
    usual = row.with_options(**options)(*arrays)
    for parameter in inspect.signature(row.loss).parameters.values():
        name = parameter.name
        if parameter.kind is not parameter.KEYWORD_ONLY or name in OTHERS:
            continue
        for value in tried(parameter, row):
            try:
                got = row.with_options(**options, **{name: value})(*arrays)
            except (TypeError, ValueError):
                continue
            same = np.shape(got) == np.shape(usual) and np.array_equal(got, usual)
            assert not same or (row.loss.__name__, name) in IDLE, (name, value)


@pytest.mark.parametrize(("loss", "option"), IDLE)
def test_every_reason_is_of_an_option(loss, option):
    assert option in inspect.signature(getattr(fl, loss)).parameters
