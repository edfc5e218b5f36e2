"""What every test run shares, the doctests' included."""

import os

# Two test processes share the cores, and thousands of small programs are compiled once
# and run once. `python -m parity` compiles the same losses with all optimisations.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
