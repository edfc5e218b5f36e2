"""Fresh environments, and programs run in them as if nothing else were there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROOT", "Environment", "interpreter", "made"]

ROOT = Path(__file__).parents[1]
# What would let another environment, or this checkout, be found from a fresh one.
FOREIGN = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}


class Environment(NamedTuple):
    """A virtual environment in a folder."""

    folder: Path

    @property
    def python(self) -> str:
        """The interpreter."""
        return str(self.folder / "bin" / "python")

    def run(
        self, *arguments: str | Path, cwd: Path = ROOT
    ) -> "subprocess.CompletedProcess[str]":
        """Run its interpreter, with what it says on the terminal."""
        return subprocess.run(
            [self.python, *map(str, arguments)],
            cwd=cwd,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )

    def variables(self) -> dict[str, str]:
        """Return the variables of programs in it."""
        kept = {name: x for name, x in os.environ.items() if name not in FOREIGN}
        path = f"{self.folder / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"
        return kept | {"PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def interpreter(version: str) -> str:
    """Return the interpreter of a version such as 3.12: on the path, or of pyenv.

    Raises:
        LookupError: There is none.
    """
    if version == "{}.{}".format(*sys.version_info):
        return getattr(sys, "_base_executable", sys.executable)
    name = f"python{version}"
    found = [shutil.which(name)]
    if shutil.which("pyenv"):
        prefix = subprocess.run(
            ["pyenv", "prefix", version], capture_output=True, text=True, check=False
        ).stdout.strip()
        found.append(shutil.which(name, path=f"{prefix}/bin"))
    for path in filter(None, found):
        # pyenv puts programs on the path that only say which versions have it.
        works = subprocess.run([path, "--version"], capture_output=True, check=False)
        if works.returncode == 0:
            return path
    msg = f"there is no {name} on the path, and pyenv has none"
    raise LookupError(msg)


def made(folder: Path, python: str) -> Environment:
    """Make an environment with the newest pip."""
    subprocess.run(
        [python, "-m", "venv", "--upgrade-deps", folder],
        check=True,
        env=Environment(folder).variables(),
        stdout=subprocess.DEVNULL,
    )
    return Environment(folder)
