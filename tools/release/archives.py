"""The wheel and the sdist: the same bytes each time, and what they contain."""

import hashlib
import os
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

from tools.release.step import Place, StepError, said

__all__ = ["build", "contents", "metadata"]

# What an unpacked sdist needs for its checks, its pages and another build.
FOLDERS = ("funloss", "parity", "tests", "examples", "benchmarks", "docs", "tools")
# As a person's machine may be, and as another's may be.
UMASKS = (0o022, 0o077)
# What tests and builds leave in files that are no repository, and its date.
LEFT = shutil.ignore_patterns(
    *("__pycache__", "*.egg-info", ".git", ".*_cache", ".hypothesis", ".venv", "venv"),
    *("_build", "_made", "build", "dist"),
)
NO_DATE = "315619200"


def build(place: Place) -> str:
    """Build in two clones, and compare bytes; copies of what is no repository."""
    place.folder.mkdir(parents=True, exist_ok=True)
    # Nothing else: the folder may be one that is there.
    shutil.rmtree(place.dist, ignore_errors=True)
    commit = _commit(place)
    built = [_built(place, f"clone{umask:o}", umask, commit) for umask in UMASKS]
    sums, again = map(_sums, built)
    if sums != again:
        msg = f"two builds differ: {sums} and {again}"
        raise StepError(msg)
    built[0].replace(place.dist)
    shutil.rmtree(built[1])
    lines = [f"{digest}  {name}" for name, digest in sums.items()]
    return "\n".join(["two builds are the same bytes", *lines])


def _commit(place: Place) -> str:
    """Return the commit of the checkout; nothing of files that are no repository."""
    try:
        return said("git", "rev-parse", "HEAD", cwd=place.root).strip()
    except (StepError, FileNotFoundError):
        return ""


def _built(place: Place, name: str, umask: int, commit: str) -> Path:
    """Return the folder of a build from a clone of the commit, or from a copy."""
    clone, out = place.folder / name, place.folder / f"{name}-dist"
    for old in (clone, out):
        shutil.rmtree(old, ignore_errors=True)
    if commit:
        said("git", "clone", "--quiet", "--no-checkout", place.root, clone)
        said("git", "checkout", "--quiet", "--detach", commit, cwd=clone, umask=umask)
        date = said("git", "log", "-1", "--format=%ct", cwd=clone).strip()
    else:
        shutil.copytree(place.root, clone, ignore=LEFT)
        date = NO_DATE
    command = [sys.executable, "-m", "build", "--outdir", out, "."]
    variables = os.environ | {"SOURCE_DATE_EPOCH": date}
    said(*command, cwd=clone, umask=umask, variables=variables)
    shutil.rmtree(clone)
    return out


def _sums(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def metadata(place: Place) -> str:
    """Ask twine whether an index would take them."""
    command = [sys.executable, "-m", "twine", "--no-color", "check", "--strict"]
    told = said(*command, place.wheel, place.sdist)
    return "\n".join(line for line in told.splitlines() if line)


def contents(place: Place) -> str:
    """Compare the files of both with those of the checkout."""
    kept = _files(place)
    package = {name for name in kept if name.startswith("funloss/")}
    with zipfile.ZipFile(place.wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [x for x in archive.namelist() if x.endswith("licenses/LICENSE")]
    _same("the wheel", inside, package)
    if len(licences) != 1:
        msg = "the wheel lacks the licence"
        raise StepError(msg)
    with tarfile.open(place.sdist) as archive:
        files = {x.name.partition("/")[2] for x in archive if x.isfile()}
    files.remove("PKG-INFO")
    folders = tuple(f"{name}/" for name in FOLDERS)
    wanted = {name for name in kept if name.startswith(folders)}
    _same("the sdist", files, wanted | (files & kept))
    return f"wheel: {len(inside)} files of funloss; sdist: {len(files)} files"


def _files(place: Place) -> set[str]:
    """Return the files of the checkout, without what tests and builds leave there."""
    if _commit(place):
        return set(said("git", "ls-files", cwd=place.root).splitlines())
    found = set()
    for folder, folders, names in os.walk(place.root):
        ignored = LEFT(folder, [*folders, *names])
        folders[:] = [name for name in folders if name not in ignored]
        paths = (Path(folder, name) for name in names if name not in ignored)
        found |= {str(path.relative_to(place.root)) for path in paths}
    return found


def _same(name: str, found: set[str], wanted: set[str]) -> None:
    lacks, strays = sorted(wanted - found), sorted(found - wanted)
    if lacks or strays:
        msg = f"{name} lacks {lacks}, and has {strays} that it should not have"
        raise StepError(msg)
