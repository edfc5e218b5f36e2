"""What the command line says; quick to import, so that `--help` is at once."""

import argparse
import importlib.util
import math
import secrets
from collections.abc import Sequence
from pathlib import Path

from funloss._command import output_file
from funloss._names import advice
from funloss._registry import LOSSES
from parity.files import refusal
from parity.packages.pins import unmet

__all__ = [
    "ALL_DTYPES",
    "ALL_LIBRARIES",
    "count",
    "loss_name",
    "output_file",
    "output_folder",
    "parsed",
    "positive",
    "whole_number",
]

# Those of `parity.libraries` and `parity.case`, which import torch and JAX; a test
# compares.
ALL_LIBRARIES = (
    *("numpy", "array-api-strict", "torch"),
    *("jax-eager", "jax-jit", "jax-vmap"),
)
ALL_DTYPES = ("float64", "float32", "bfloat16", "float16")

_DESCRIPTION = """\
Check every loss against PyTorch: values, gradients and Hessian-vector products,
on every library and in every dtype.

By default samples are checked: every loss and every case, every library, dtype
and mode of JAX. The seed that draws them is printed and differs from run to run.
"""
_LOSSES = """\
what a run costs (/usr/bin/time -v python -m parity measures it):
  samples      at most 200 seconds of CPU in all, and 1.2 GB in each process
  --full       about 11 times as long
  --loss NAME  a few calls; importing PyTorch and JAX takes most of the time
  --packages   about 20 seconds of CPU, most of them to import the packages
  --html FILE  the curves besides, a program of JAX for each loss

exit status: 0 all checks passed, 1 a check failed, 2 it could not be run,
130 interrupted
"""


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exit with status 2 if they make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m parity",
        description=_DESCRIPTION,
        epilog=_LOSSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    several = {"action": "append", "default": []}
    what = parser.add_argument_group("what is checked (each may be repeated)")
    add = what.add_argument
    add(
        "--loss", type=loss_name, metavar="NAME", help="one loss: huber_loss", **several
    )
    add("--library", choices=ALL_LIBRARIES, help="one library", **several)
    add("--dtype", choices=ALL_DTYPES, help="one dtype", **several)
    which = what.add_mutually_exclusive_group()
    which.add_argument(
        "--full", action="store_true", help="every call in every mode, not samples"
    )
    which.add_argument(
        "--packages",
        action="store_true",
        help="against packages that have a loss too, not the references; every call",
    )
    which.add_argument(
        "--seed",
        type=whole_number,
        default=secrets.randbelow(10**6),
        metavar="N",
        help="the samples of an earlier run",
    )
    add = parser.add_argument_group("what is written").add_argument
    add(
        "--json",
        type=output_file,
        metavar="FILE",
        help="the figures; a partial run (--loss) updates only its own entries",
    )
    add(
        "--html",
        type=output_file,
        metavar="FILE",
        help="a page with the curve of each loss",
    )
    parser.add_argument(
        "--jobs", type=count, default=2, metavar="N", help="worker processes (2)"
    )
    options = parser.parse_args(arguments)
    if options.html and not importlib.util.find_spec("matplotlib"):
        parser.error("--html needs matplotlib: pip install '.[docs]'")
    if options.packages and options.json:
        parser.error("--json: not with --packages, the figures are of the references")
    if options.packages and (reason := unmet()):
        parser.error(f"--packages: {reason}")
    if reason := refusal(options):
        parser.error(reason)
    return options


def loss_name(text: str) -> str:
    """Return the name of a loss, or refuse another."""
    if text not in LOSSES:
        msg = f"no loss is named {text!r}{advice(text)}"
        raise argparse.ArgumentTypeError(msg)
    return text


def count(text: str) -> int:
    """Return a number of at least 1, or refuse another."""
    return _at_least(1, text)


def whole_number(text: str) -> int:
    """Return a whole number of at least 0, or refuse another."""
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    if not text.isdecimal() or int(text) < least:
        msg = f"must be a number of at least {least}, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def output_folder(text: str) -> Path:
    """Return a folder that is there or can be made, or refuse another."""
    path = Path(text)
    new = path.parent.is_dir() and not path.exists()
    if not text or not (new or path.is_dir()):
        msg = f"must be a folder, or a new one in a folder that exists, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return path


def positive(text: str) -> float:
    """Return a finite number greater than 0, or refuse another."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        msg = f"must be a finite number > 0, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return number
