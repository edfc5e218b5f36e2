"""What every test run shares, the doctests' included."""

import os

import pytest

from parity.compiling import QUICK

# Test processes share the cores. Eight virtual devices cost nothing where one is used.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", f"{QUICK} --xla_force_host_platform_device_count=8")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each file to one process: its tests share programs and fixtures."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - optional

    return LoadFileScheduling(config, log)
