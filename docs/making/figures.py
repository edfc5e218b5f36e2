"""Everything that is drawn when the site is built, into one folder."""

import os
import subprocess
import sys
from pathlib import Path

from docs.figures import FIGURES
from docs.figures.drawing import save, save_themed
from funloss._command import write

__all__ = ["EXAMPLES", "draw"]

_ROOT = Path(__file__).parents[2]
# The scripts whose figures stand in the guide.
EXAMPLES = (
    *("outliers", "counts", "survival", "imbalance", "margins", "contrastive"),
    *("calibration", "forecasts", "segmentation"),
)
# Those that train for long: what tests set for programs that run once makes them slow.
_TRAINING = {"forecasts", "segmentation"}


def draw(folder: Path) -> None:
    """Draw the figures of the losses, and those of the guide beside what they print."""
    folder.mkdir(exist_ok=True)
    running = [_started(name, folder) for name in EXAMPLES]
    for name, figure in FIGURES.items():
        save(name, figure, folder)
    for name, process in zip(EXAMPLES, running, strict=True):
        printed, errors = process.communicate()
        if process.returncode:
            msg = f"examples/{name}.py failed:\n{errors}"
            raise RuntimeError(msg)
        write(folder / f"{name}.txt", printed)
        svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
        save_themed(svg, folder, name)


def _started(name: str, folder: Path) -> subprocess.Popen:
    script = _ROOT / "examples" / f"{name}.py"
    environment = os.environ | {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
    if name in _TRAINING:
        environment["XLA_FLAGS"] = ""
    return subprocess.Popen(
        [sys.executable, script, "--figure", folder / f"{name}.svg"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
