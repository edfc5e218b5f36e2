"""Check and time the losses on an accelerator: `python -m benchmarks.accelerator`.

It needs JAX and the extra `testing`, and neither torch nor another library of losses:
the peers are written by hand, with optax beside them where it is installed.
"""
