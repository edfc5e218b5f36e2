"""What a run of all tests leaves to ``pytest --full``: most programs of most losses.

A test that compiles a program for each loss is run for one loss in so many, and with
one of the loss's rows, dtypes and meshes. Which ones differs from run to run. Where
files, tests or words are asked for, all that match are run.
"""

import math
import random
import secrets
from collections import defaultdict
from itertools import chain

import pytest

__all__ = ["COMPILED", "sampled"]

# A test that compiles a program for each loss takes one loss in so many.
COMPILED = 4


def sampled(loss, one_in=1):
    """Return a mark: of the tests of these losses, one loss in so many is run, once."""
    return pytest.mark.sampled(loss=loss, one_in=one_in)


def pytest_addoption(parser):
    """Add the options of a run."""
    group = parser.getgroup("samples")
    text = "run all losses with all rows in every test, and the tests that take long"
    group.addoption("--full", action="store_true", help=text)
    text = "take the samples that a run with this seed took"
    group.addoption("--seed", type=int, help=text)


def pytest_configure(config):
    """Choose a seed, unless all tests are run."""
    options = config.option
    for line in (
        "sampled(loss, one_in): without --full for one loss in so many, once",
        "long: with --full, or where it is asked for by name",
    ):
        config.addinivalue_line("markers", line)
    if options.full and options.seed is not None:
        msg = "--seed: not allowed with --full, which takes no samples"
        raise pytest.UsageError(msg)
    if hasattr(config, "workerinput"):
        options.seed = config.workerinput["samples"]
    elif options.seed is None and not (options.full or _names_tests(config)):
        options.seed = secrets.randbelow(2**32)


def _names_tests(config):
    named = config.args_source is config.ArgsSource.ARGS
    return named or config.option.keyword or config.option.markexpr


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Let a test process take the same samples as the others."""
    node.workerinput["samples"] = node.config.option.seed


def pytest_report_header(config):
    """Say which samples a run takes."""
    if config.option.seed is None:
        return "samples: none, every test is run"
    return f"samples: --seed {config.option.seed} takes the same, --full runs all tests"


def pytest_collection_modifyitems(config, items):
    """Leave out what a run without ``--full`` does not take."""
    if config.option.seed is None:
        return
    left = {item for item in items if item.get_closest_marker("long")}
    for (test, one_in), by_loss in _by_test_and_loss(items).items():
        draw = random.Random(f"{config.option.seed}/{test}")
        chosen = draw.sample(sorted(by_loss), math.ceil(len(by_loss) / one_in))
        taken = {draw.choice(by_loss[loss]) for loss in chosen}
        left |= set(chain(*by_loss.values())) - taken
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


def _by_test_and_loss(items):
    found = defaultdict(lambda: defaultdict(list))
    for item in items:
        if mark := item.get_closest_marker("sampled"):
            test = item.nodeid.partition("[")[0], mark.kwargs["one_in"]
            found[test][mark.kwargs["loss"]].append(item)
    return found
