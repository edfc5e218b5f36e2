"""Train on scikit-learn's digits over eight virtual devices, and again on one.

Needs the extra `dev`: python examples/data_parallel.py
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import AxisType, NamedSharding, PartitionSpec
from sklearn.datasets import load_digits

import funloss

EPOCHS, BATCH, OPTIMISER = 5, 256, optax.adam(1e-2)


def scores(params, images):
    """Score the ten classes."""
    return jax.nn.relu(images @ params["hidden"]) @ params["out"]


def loss(params, images, labels, real):
    """Return the mean over the rows that are not padding, whichever device has them."""
    return funloss.cross_entropy(scores(params, images), labels, where=real)


@jax.jit
def step(params, state, *batch):
    """Change the weights by one batch; the same program for any sharding."""
    change, state = OPTIMISER.update(jax.grad(loss)(params, *batch), state, params)
    return optax.apply_updates(params, change), state


def train(rows, devices):
    """Return loss and accuracy on all rows that are not padding."""
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
    shared, split = (NamedSharding(mesh, PartitionSpec(*k)) for k in ((), ("data",)))
    batches = zip(*(np.split(x, len(x) // BATCH) for x in rows), strict=True)
    rows, *batches = jax.device_put([rows, *batches], split)
    draw = np.random.default_rng(0).normal
    params = {"hidden": draw(0, 0.1, (64, 64)), "out": draw(0, 0.1, (64, 10))}
    params, state = jax.device_put((params, OPTIMISER.init(params)), shared)
    for batch in EPOCHS * batches:
        # Virtual devices share threads: several steps at once could block each other.
        params, state = jax.block_until_ready(step(params, state, *batch))
    right = jnp.argmax(scores(params, rows[0]), 1) == rows[1]
    return float(loss(params, *rows)), float(right.mean(where=rows[2]))


if __name__ == "__main__":
    jax.config.update("jax_num_cpu_devices", 8)
    jax.config.update("jax_enable_x64", True)  # rounding grows while training
    images, labels = load_digits(return_X_y=True)
    rows = images / 16, labels, np.ones(len(labels), bool)
    rows = [np.pad(x, [(0, -len(x) % BATCH), (0, 0)][: x.ndim]) for x in rows]
    for count in (1, 8):
        value, right = train(rows, count)
        print(f"devices {count}: loss {value:.9f}, accuracy {right:.4f}")
