"""What every test run shares, the doctests' included."""

import os

import pytest

# Test processes share the cores, and thousands of small programs run once each: their
# machine code need not be optimised, nor go through the emitters of fusions, which take
# half of the time to compile. XLA still rewrites as it always does; one test compiles
# every loss as users do, and what is counted of programs is counted so.
# Eight virtual devices cost nothing where one is used.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1"
    " --xla_force_host_platform_device_count=8",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each file to one process: its tests share programs and fixtures."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - optional

    return LoadFileScheduling(config, log)
