"""The wheel and the sdist where they are installed, alone and with each extra."""

import re
import shutil
import sys
import tarfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.environment import made
from tools.release.step import Place, StepError, said

__all__ = ["EXTRAS", "alone", "extra", "sdist"]

PROGRAMS = Path(__file__).parent / "programs"
EXTRAS = ("jax", "torch", "testing", "parity", "docs", "dev")
# What the last three are for is in the sdist: modules that run there.
MODULES = {
    "parity": ["parity --loss huber_loss"],
    "docs": ["sphinx -W -n -b html docs site"],
    "dev": [
        "ruff check .",
        "pyright",
        "pytest -q tests/core tests/test_package.py tests/test_messages.py",
    ],
}
OUTCOME = re.compile(r"\b(passed|succeeded)\b")


def alone(place: Place) -> str:
    """Install the wheel alone, and compute with it from another folder."""
    return _used(place, "alone", [place.wheel])


def sdist(place: Place) -> str:
    """Install the sdist alone, which builds it again, and compute with it."""
    return _used(place, "alone", [place.sdist])


def extra(name: str) -> Callable[[Place], str]:
    """Return the step that installs the wheel with an extra, and uses it."""

    def step(place: Place) -> str:
        wanted = [f"funloss[{name}] @ {place.wheel.as_uri()}"]
        return _used(place, name, wanted + (_torch(place) if name == "torch" else []))

    return step


def _torch(place: Place) -> list[str]:
    """Return the torch that is the reference: the newest may be gigabytes larger."""
    text = (place.root / "pyproject.toml").read_text(encoding="utf-8")
    parity = tomllib.loads(text)["project"]["optional-dependencies"]["parity"]
    return [line for line in parity if line.startswith("torch==")]


def _used(place: Place, name: str, wanted: Sequence[str | Path]) -> str:
    """Return what the programs of that name say in a fresh environment."""
    folder = place.folder / f"try-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    environment = made(folder / "environment", sys.executable)

    def run(*arguments: str | Path, cwd: Path = folder) -> str:
        command = [environment.python, *arguments]
        return said(*command, cwd=cwd, variables=environment.variables()).strip()

    run("-m", "pip", "install", *wanted)
    # With -I neither this folder nor a variable adds to what is imported.
    where = run("-I", "-c", "import funloss; print(funloss.__file__)")
    if not Path(where).is_relative_to(environment.folder):
        msg = f"what was imported is not what was installed: {where}"
        raise StepError(msg)
    if name in MODULES:
        unpacked = _unpacked(place.sdist, folder)
        lines = [
            f"{module}: {_outcome(run('-m', *module.split(), cwd=unpacked))}"
            for module in MODULES[name]
        ]
    else:
        lines = [run("-I", PROGRAMS / f"{name}.py")]
    shutil.rmtree(folder)
    return "\n".join(lines)


def _outcome(told: str) -> str:
    """Return the last line that says how it went, or the last of all."""
    lines = told.splitlines()
    outcomes = [line for line in lines if OUTCOME.search(line)]
    return (outcomes or lines)[-1]


def _unpacked(sdist: Path, folder: Path) -> Path:
    """Return the folder of an sdist, unpacked."""
    with tarfile.open(sdist) as archive:
        # Without a word before Python 3.11.4, and a warning without one from 3.12 on.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder, **safe)
    return folder / sdist.name.removesuffix(".tar.gz")
