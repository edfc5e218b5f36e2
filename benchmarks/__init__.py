"""How fast the losses are, and how much memory they take, beside other libraries.

`gates` holds what the compiler counts exactly; tests compare. `python -m benchmarks`
times the rest, and `python -m benchmarks.report` writes `docs/performance.md`.
"""
