"""What a step of a release has to work with, and how it fails."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tools.environment import ROOT

__all__ = ["Place", "StepError", "said"]

# The last lines of a program that failed.
TAIL = 40


class StepError(Exception):
    """What is wrong, for the person who makes the release."""


class Place(NamedTuple):
    """Where a release is made: the checkout, and a folder for what is built."""

    folder: Path
    root: Path = ROOT

    @property
    def dist(self) -> Path:
        """Where the wheel and the sdist lie."""
        return self.folder / "dist"

    @property
    def wheel(self) -> Path:
        """The wheel."""
        return self._only("*.whl")

    @property
    def sdist(self) -> Path:
        """The sdist."""
        return self._only("*.tar.gz")

    def _only(self, pattern: str) -> Path:
        found = list(self.dist.glob(pattern))
        if len(found) != 1:
            msg = f"{self.dist} has {len(found)} of {pattern}, not 1: run --only build"
            raise StepError(msg)
        return found[0]


def said(
    *command: str | Path,
    cwd: Path = ROOT,
    variables: Mapping[str, str] | None = None,
    umask: int = -1,
) -> str:
    """Run a program, with these variables and no others, and return what it says.

    Raises:
        StepError: Its status is not 0; with its last lines.
    """
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=variables,
        umask=umask,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stdout.splitlines()[-TAIL:]
        msg = f"{' '.join(map(str, command))}: status {done.returncode}"
        raise StepError("\n".join([msg, *lines]))
    return done.stdout
