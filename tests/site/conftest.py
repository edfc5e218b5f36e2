"""The site, built once by the documented command."""

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.browser import opened

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """Build the site, or wait for the test process that does; return its folder."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    out, done = shared / "site", shared / "site.log"
    with FileLock(shared / "site.lock"):
        if not done.exists():
            command = [sys.executable, "-m", "sphinx", "-W", "-n", "-b", "html", "docs"]
            result = subprocess.run(
                [*command, out],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=900,
                check=False,
            )
            done.write_text(f"{result.returncode}\n{result.stdout}", encoding="utf-8")
    status, _, log = done.read_text(encoding="utf-8").partition("\n")
    assert status == "0", log
    return out


@pytest.fixture(scope="session")
def chrome(site, tmp_path_factory):
    """Open the front page, in one browser for all tests of the site."""
    with opened(site / "index.html", tmp_path_factory.mktemp("browser")) as chrome:
        yield chrome
