"""What options that are real numbers add to the skeletons of a new loss."""

import re
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["CHECKS", "words_of"]


class Check(NamedTuple):
    """A function of `funloss._core.options`: its rule in words, and values to try."""

    rule: str
    example: float
    others: tuple[float, float]


class Option(NamedTuple):
    """A real option: its default, and the check that it goes through."""

    name: str
    default: str
    check: str

    @property
    def rule(self) -> str:
        """Return what it must be, in words."""
        return CHECKS[self.check].rule

    @property
    def tried(self) -> str:
        """Return the entry that says what is tried."""
        check = CHECKS[self.check]
        return f'"{self.name}": Real({check.example}, {check.others}, "{check.rule}")'

    def derivative(self, stem: str, own: str) -> str:
        """Return the skeleton of the partial derivative."""
        return _DERIVATIVE.format(stem=stem, name=self.name, own=own)


CHECKS = {
    "positive": Check("> 0", 0.625, (0.1, 2.5)),
    "non_negative": Check(">= 0", 0.625, (0.0, 2.5)),
    "unit_interval": Check(">= 0 and <= 1", 0.625, (0.0, 0.75)),
    "open_unit_interval": Check("> 0 and < 1", 0.625, (0.1, 0.75)),
}
_DERIVATIVE = """

def _{stem}_d_{name}(xp: Namespace, x: Any, t: Any{own}) -> Any:
    msg = "the derivative in {name}, or autodiff's without partials"
    raise NotImplementedError(msg)
"""
_WRITTEN = re.compile(rf"([a-z_]+)=([-\d.e]+):({'|'.join(CHECKS)})")


def words_of(stem: str, reals: Sequence[str]) -> dict[str, str]:
    """Return what the skeletons have for the options, given as ``tau=0.5:positive``.

    Raises:
        ValueError: An option is written otherwise, or the check unknown.
    """
    found = [_WRITTEN.fullmatch(real) for real in reals]
    if None in found:
        msg = f"an option is NAME=DEFAULT:CHECK, CHECK of {', '.join(CHECKS)}; got "
        raise ValueError("--real: " + msg + ", ".join(map(repr, reals)))
    options = [Option(*x.groups()) for x in found if x]
    own = "".join(f", {x.name}: Any" for x in options)
    refused = "".join(f"`{x.name}` is not {x.rule}, " for x in options)
    words = {
        "with_types": "Array, ArrayLike, DType, Reduction",
        "with_raises": _entry(f"Shapes differ, {refused}or `reduction` is unknown."),
        "with_partials": f"difference_partials(_{stem}_d_input)",
        "with_any": own,
        "with_defaults": "",
        "real_parameters": "".join(
            f"    {x.name}: Real = {x.default},\n" for x in options
        ),
        "real_docs": "".join(
            f"        {x.name}: What it is, {x.rule}; or a 0-d array.\n"
            for x in options
        ),
        "real_partials": "".join(x.derivative(stem, own) for x in options),
        **dict.fromkeys(
            ("real_import", "real_options", "real_class", "real_tried"), ""
        ),
    }
    if not options:
        return words
    partials = ", ".join(f"_{stem}_d_{x.name}" for x in options)
    checks = ", ".join(sorted({x.check for x in options}))
    checked = ", ".join(f'"{x.name}": {x.check}({x.name})' for x in options)
    return words | {
        "with_types": "Array, ArrayLike, DType, Real, Reduction",
        "with_partials": f"(*{words['with_partials']}, {partials})",
        "with_defaults": f", *, {', '.join(f'{x.name}={x.default}' for x in options)}",
        "real_import": f"from funloss._core.options import {checks}\n",
        "real_options": f"        options={{{checked}}},\n",
        "real_class": "Real, ",
        "real_tried": f"        reals={{{', '.join(x.tried for x in options)}}},\n",
    }


def _entry(words: str) -> str:
    """Return the line of a docstring about a `ValueError`."""
    first, rest = 8 * " ", 12 * " "
    return textwrap.fill(
        f"ValueError: {words}", 88, initial_indent=first, subsequent_indent=rest
    )
