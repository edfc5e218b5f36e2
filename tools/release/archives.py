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


def build(place: Place) -> str:
    """Build in two clones, and compare bytes."""
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir(parents=True)
    commit = said("git", "rev-parse", "HEAD", cwd=place.root).strip()
    built = [_built(place, f"clone{umask:o}", umask, commit) for umask in UMASKS]
    sums, again = map(_sums, built)
    if sums != again:
        msg = f"two builds differ: {sums} and {again}"
        raise StepError(msg)
    built[0].replace(place.dist)
    lines = [f"{digest}  {name}" for name, digest in sums.items()]
    return "\n".join(["two builds are the same bytes", *lines])


def _built(place: Place, name: str, umask: int, commit: str) -> Path:
    """Return the folder of a build from a clone of the commit."""
    clone, out = place.folder / name, place.folder / f"{name}-dist"
    said("git", "clone", "--quiet", "--no-checkout", place.root, clone)
    said("git", "checkout", "--quiet", "--detach", commit, cwd=clone, umask=umask)
    date = said("git", "log", "-1", "--format=%ct", cwd=clone).strip()
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
    kept = set(said("git", "ls-files", cwd=place.root).splitlines())
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


def _same(name: str, found: set[str], wanted: set[str]) -> None:
    lacks, strays = sorted(wanted - found), sorted(found - wanted)
    if lacks or strays:
        msg = f"{name} lacks {lacks}, and has {strays} that it should not have"
        raise StepError(msg)
