"""The pages of `docs/works-with`: what is not seen when they run as doctests.

Their sessions are doctests: pytest --doctest-glob='*.md' docs/works-with
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.versions import commands

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "works-with"
INDEX = (ROOT / "docs" / "works-with.md").read_text(encoding="utf-8")


def test_the_page_on_keras_runs_on_its_torch_backend_too():
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    # In a process of its own: Keras chooses its backend when it is imported.
    done = subprocess.run(
        [sys.executable, "-m", "doctest", PAGES / "keras.md"],
        env=os.environ | {"PYTHONPATH": path, "KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_is_listed():
    pages = {f"works-with/{page.stem}" for page in PAGES.glob("*.md")}
    assert set(re.findall(r"\]\((\S+)\.md\)", INDEX)) == pages
    listed = INDEX.split("```{toctree}")[1].split("```")[0]
    assert set(re.findall(r"^[a-z/-]+$", listed, re.MULTILINE)) == pages


def test_the_runners_run_the_pages():
    (line,) = re.findall("pytest .*--doctest-glob.*", (ROOT / ".ci/run").read_text())
    assert line.endswith("README.md docs/*.md docs/losses docs/works-with")
    assert "docs/works-with" in commands("newest", 1)["doctests"]
