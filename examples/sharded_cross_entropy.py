"""The cross-entropy of a vocabulary that lies on several devices.

Eight virtual devices, as two groups of rows by four parts of the vocabulary. Prints the
loss on them and on one device, and what they exchange.

Needs the extra `jax`: python examples/sharded_cross_entropy.py
"""

import re
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

import funloss as fl

ROWS, FEATURES, VOCABULARY = 512, 64, 16_384


def loss(x, layer, labels):
    """Score each row against the vocabulary, and charge its label."""
    return fl.linear_cross_entropy(x, layer, labels, ignore_index=0)


def main():
    """Compare value and gradient with those of one device."""
    jax.config.update("jax_num_cpu_devices", 8)
    random = np.random.default_rng(0)
    x = random.standard_normal((ROWS, FEATURES), dtype=np.float32)
    layer = random.standard_normal((VOCABULARY, FEATURES), dtype=np.float32) / 8
    labels = random.integers(0, VOCABULARY, ROWS)

    run = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
    alone, gradients = jax.device_get(run(*map(jnp.asarray, (x, layer, labels))))

    kinds = (AxisType.Auto, AxisType.Auto)
    mesh = jax.make_mesh((2, 4), ("rows", "vocabulary"), axis_types=kinds)
    with jax.set_mesh(mesh):
        specs = (P("rows"), P("vocabulary"), P("rows"))
        placed = [
            jax.device_put(array, NamedSharding(mesh, spec))
            for array, spec in zip((x, layer, labels), specs, strict=True)
        ]
        spread, found = jax.device_get(run(*placed))
        program = run.lower(*placed).compile().as_text()

    error = max(np.abs(a - b).max() for a, b in zip(gradients, found, strict=True))
    print(f"one device {alone:.6f}, eight devices {spread:.6f}")
    print(f"largest difference of a gradient {error:.0e}")
    kinds = Counter(re.findall(r" (all-\w+|reduce-scatter)(?:-start)?\(", program))
    print(", ".join(f"{count} {kind}" for kind, count in kinds.items()))


if __name__ == "__main__":
    main()
