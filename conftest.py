"""What every test run shares, the doctests' included."""

import os

# Test processes share the cores, and thousands of small programs run once each: their
# machine code need not be optimised. XLA still rewrites and fuses as it always does.
# Eight virtual devices cost nothing where one is used.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_force_host_platform_device_count=8",
)
