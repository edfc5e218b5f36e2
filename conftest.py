"""What every test run shares, the doctests' included."""

import os

import pytest

from parity.compiling import QUICK
from parity.garbage import collect_seldom

pytest_plugins = ["tests.sampling"]

# Test processes share the cores. Eight virtual devices cost nothing where one is used.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", f"{QUICK} --xla_force_host_platform_device_count=8")
# Without a folder nothing is kept, but JAX would hash each program as if it were.
os.environ.setdefault("JAX_ENABLE_COMPILATION_CACHE", "false")
# JAX would look up the file of each frame of each error that a test asks for.
os.environ.setdefault("JAX_TRACEBACK_FILTERING", "off")


def pytest_collection_finish():
    """Look at no imported module and no collected test for garbage."""
    collect_seldom()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each file to one process: its tests share programs and fixtures."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - optional

    return LoadFileScheduling(config, log)
