"""The flags of XLA: a flag that a release does not know ends the process."""

import subprocess
import sys

import pytest

from parity.compiling import flags

PROGRAM = """
import os
from parity.compiling import AS_BY_DEFAULT, QUICK
os.environ["XLA_FLAGS"] = QUICK
import jax
print(jax.jit(lambda x: x + 1).lower(1.0).compile(AS_BY_DEFAULT)(1.0))
"""


def test_the_installed_jaxlib_knows_flags_and_options():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert run.stdout == "2.0\n", run.stderr


@pytest.mark.parametrize(
    ("jaxlib", "known"),
    [("0.8.0", True), ("0.11.0", True), ("0.11.1", False), ("0.12.0.1", False)],
)
def test_the_flag_of_emitters_goes_to_releases_that_have_it(jaxlib, known):
    quick, options = flags(jaxlib)
    assert ("--xla_cpu_use_fusion_emitters=false" in quick) is known
    assert options == ({"xla_cpu_use_fusion_emitters": True} if known else {})
