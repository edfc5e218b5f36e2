"""Begin a loss: `python -m tools.new_loss NAME FAMILY` writes its skeletons.

What it writes imports at once, and fails its tests until it is filled in: the
definition, its line in the register and in the lists of names, what its checks need to
know with the reference that they compare it with, its hand-worked test and its page.
"""

import argparse
import keyword
import sys
from collections.abc import Sequence
from pathlib import Path
from string import Template

from funloss._command import command, write
from funloss._registry import FAMILIES, PUBLIC
from tools.edits import exported, registered, typed
from tools.options import CHECKS, words_of
from tools.skeletons import SKELETONS

__all__ = ["main", "new_files"]

ROOT = Path(__file__).parents[1]
LEFT = """
Left to do by hand, in this order (CONTRIBUTING.md says more), after `ruff format`:
  parity/references/{stem}.py: the formula of its paper
  parity/losses/{stem}.py: its corners, its options, and the limits, from the counts
    that tests/test_gates.py shows
  funloss/{family}/_{stem}.py: the formula, its derivatives where autodiff has others,
    the docstring
  tests/{family}/test_{stem}.py: numbers that you worked out yourself
  funloss/_registry.py: the names that papers and other libraries have for it
  docs/losses/{name}.md: its page
  CHANGELOG.md, docs/which-loss.md, docs/coming-from.md: a line each, where it belongs
Then write the tables anew: python -m parity --full --json docs/parity.json,
  python -m parity.tables,
  python -m benchmarks --group exact --json docs/performance.json,
  python -m benchmarks.report, python -m benchmarks.scaling
"""


@command
def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write the skeletons; return the exit status, 2 if nothing can be written."""
    summary, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tools.new_loss", description=summary, epilog=more
    )
    parser.add_argument("name", help="of the loss, such as tilted_loss")
    parser.add_argument("family", help=", ".join(FAMILIES))
    parser.add_argument(
        "--real",
        action="append",
        default=[],
        metavar="NAME=DEFAULT:CHECK",
        help=f"an option that is a real number; CHECK is one of {', '.join(CHECKS)}",
    )
    chosen = parser.parse_args(arguments)
    name, family = chosen.name, chosen.family
    try:
        files = new_files(name, family, root, chosen.real)
    except ValueError as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 2
    for path, text in files.items():
        verb = "changed" if (root / path).exists() else "written"
        write(root / path, text)
        print(f"{verb}  {path}")  # noqa: T201 - a command
    print(LEFT.format(name=name, family=family, stem=_stem(name)))  # noqa: T201
    return 0


def new_files(
    name: str, family: str, root: Path = ROOT, reals: Sequence[str] = ()
) -> dict[str, str]:
    """Return the text of every file that a new loss writes or changes, by its path.

    Raises:
        ValueError: The name is taken or none of a function, the family unknown, or an
            option not written as ``NAME=DEFAULT:CHECK``.
    """
    stem = _stem(name)
    usable = stem.isidentifier() and not keyword.iskeyword(stem)
    if not usable or not name.islower() or name.startswith("_"):
        msg = f"a name is of lower-case letters, digits and _, got {name!r}"
        raise ValueError(msg)
    if family not in FAMILIES:
        msg = f"family must be one of {', '.join(FAMILIES)}, got {family!r}"
        raise ValueError(msg)
    if name in PUBLIC:
        msg = f"there is {name} already, in {PUBLIC[name]}"
        raise ValueError(msg)
    title = stem.replace("_", " ").capitalize() + name.removeprefix(stem).replace(
        "_", " "
    )
    words = {"name": name, "family": family, "stem": stem, "title": title}
    words |= words_of(stem, reals)
    files = {
        Template(path).substitute(words): skeleton.substitute(words)
        for path, skeleton in SKELETONS.items()
    }
    for path in files:
        if (root / path).exists():
            msg = f"there is {path} already"
            raise ValueError(msg)
    changes = {
        "funloss/_registry.py": registered,
        "funloss/__init__.py": typed,
        f"funloss/{family}/__init__.py": exported,
    }
    for path, change in changes.items():
        files[path] = change((root / path).read_text(encoding="utf-8"), name, family)
    return files


def _stem(name: str) -> str:
    return name.removesuffix("_loss")


if __name__ == "__main__":
    sys.exit(main())
