"""The checks of a release, one after the other; the first that fails ends them.

    python -m tools.release
    python -m tools.release --from alone
    python -m tools.release --only build metadata contents

Nothing is published: the last lines say what a person does then. What is built stays in
the folder, where `--from` and `--only` find it.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console

from funloss._command import command
from parity.arguments import output_folder
from tools.environment import ROOT
from tools.release.archives import build, contents, metadata
from tools.release.installed import EXTRAS, alone, extra, sdist
from tools.release.source import declared, tree, version
from tools.release.step import Place, StepError

__all__ = ["STEPS", "main"]

Step = Callable[[Place], str]
# In order: those that cost least come first.
STEPS: Mapping[str, Step] = {
    "tree": tree,
    "version": version,
    "build": build,
    "metadata": metadata,
    "contents": contents,
    "alone": alone,
    "sdist": sdist,
    **{name: extra(name) for name in EXTRAS},
}
BY_HAND = """By hand, in this order:
  git tag -a v{version} -m "funloss {version}"
  git push origin v{version}
  python -m twine upload {dist}/*"""


@command
def main(
    arguments: Sequence[str] | None = None,
    steps: Mapping[str, Step] = STEPS,
    console: Console | None = None,
) -> int:
    """Take the steps, and return 1 if one fails."""
    options = _parsed(arguments, steps)
    console = console or Console(highlight=False, markup=False, soft_wrap=True)
    place = Place(options.folder.resolve())
    for name in _chosen(options, steps):
        begun = time.monotonic()
        with console.status(name):
            try:
                told, failed = steps[name](place), False
            except StepError as error:
                told, failed = str(error), True
        seconds = time.monotonic() - begun
        word, style = ("failed", "red") if failed else ("passed", "green")
        console.print(f"{word}: {name}, {seconds:.0f} s", style=style)
        console.print("".join(f"  {line}\n" for line in told.splitlines()), end="")
        if failed:
            console.print(f"Mend it, and go on with --from {name}.")
            return 1
    if not options.only:
        console.print(BY_HAND.format(version=declared(place), dist=place.dist))
    return 0


def _chosen(options: argparse.Namespace, steps: Mapping[str, Step]) -> list[str]:
    names = list(steps)
    if options.only:
        return [name for name in names if name in options.only]
    return names[names.index(options.start) :] if options.start else names


def _parsed(
    arguments: Sequence[str] | None, steps: Mapping[str, Step]
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m tools.release",
        description=f"{__doc__}\n\nSteps: {', '.join(steps)}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--from", dest="start", choices=steps, metavar="STEP", help="this and the rest"
    )
    which.add_argument(
        "--only", nargs="+", choices=steps, metavar="STEP", help="these and no others"
    )
    folder = ROOT / "build" / "release"
    parser.add_argument(
        "--folder",
        type=output_folder,
        default=folder,
        metavar="FOLDER",
        help="of what is built",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
