"""What `examples/verify_peers.py` does with --page and --check."""

import difflib
import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from parity.files import write
from parity.packages.pins import INSTALL, pins
from parity.peers.judge import objection
from parity.peers.page import entries, page, section, sections
from parity.peers.record import Peer, peer, peers

__all__ = ["checked", "refusal", "written"]

ROOT = Path(__file__).parents[2]


def refusal(path: Path, chosen: Sequence[str], *, check: bool) -> str:
    """Return why the programs of these packages cannot be run, or an empty string."""
    if unknown := sorted({*chosen} - {*peers()}):
        return f"no defects are known of {', '.join(unknown)}: {', '.join(peers())}"
    if check and not path.exists():
        return f"{path} is not there: --page makes it"
    if not path.parent.is_dir():
        return f"{path.parent} is no folder"
    kept = {*peers()} - {*chosen}
    if absent := sorted(kept - {*_sections(path)}):
        return f"{path} has no section of {', '.join(absent)}: leave --package out"
    return "; ".join(filter(None, map(_unmet, chosen)))


def written(path: Path, chosen: Sequence[str]) -> list[str]:
    """Write the sections of these packages; return what forbids it, if anything."""
    made, wrong = _made(chosen)
    if not wrong:
        parts = _sections(path) | made
        write(path, page({name: parts[name] for name in peers()}))
    return wrong


def checked(path: Path, chosen: Sequence[str]) -> list[str]:
    """Return what the page says otherwise than another run."""
    made, wrong = _made(chosen)
    said = _sections(path)
    for name, part in made.items():
        old, new = (entries(peer(name), text) for text in (said.get(name, ""), part))
        wrong += _differences(name, "\n".join(old), "\n".join(new))
    if page(said | made).partition("\n## ")[0] != _text(path).partition("\n## ")[0]:
        wrong.append(f"{path}: what stands above the sections is not as --page has it")
    return wrong


def _made(chosen: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the section of each package, and what does not belong there."""
    made, wrong, notes = {}, [], Console(stderr=True)
    for name in chosen:
        own = peer(name)
        found = _run(own)
        made[name] = section(own, found)
        for defect, outcome in zip(own.defects, found["defects"], strict=True):
            if said := objection(defect, outcome):
                wrong.append(f"{name} {defect.call}, {defect.asked}: {said}")
        notes.print(f"{name}: {len(own.defects)} programs", highlight=False)
    return made, wrong


def _run(own: Peer) -> dict[str, Any]:
    """Run the programs of a package in a process of its own."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-m", "parity.peers.alone", own.package],
        env=os.environ | {"PYTHONPATH": path, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        msg = f"the programs of {own.package} cannot be run: {done.stderr.strip()}"
        raise RuntimeError(msg)
    return json.loads(done.stdout)


def _differences(name: str, old: str, new: str) -> list[str]:
    lines = (old.splitlines(), new.splitlines())
    titles = (f"{name}, the page", f"{name}, this run")
    return list(difflib.unified_diff(*lines, *titles, lineterm=""))


def _unmet(package: str) -> str:
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        install = INSTALL if package in pins() else "pip install -e '.[dev]'"
        return f"{package} is not installed: {install}"
    pinned = pins().get(package, version)
    return "" if version == pinned else f"{package} is {version} instead of {pinned}"


def _sections(path: Path) -> dict[str, str]:
    return sections(_text(path)) if path.exists() else {}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
