"""Train a small network on scikit-learn's digits, then repeat its loss on NumPy.

Needs the extra `dev`: python examples/train_digits.py
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
from sklearn.datasets import load_digits

import funloss

EPOCHS = 40
BATCH = 64


def digits(test_share=0.25, seed=0):
    """Load the images, scaled to 0..1, and split them into training and test."""
    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype(np.float32)
    order = np.random.default_rng(seed).permutation(len(labels))
    test, train = np.split(order, [int(test_share * len(labels))])
    return (images[train], labels[train]), (images[test], labels[test])


def layers(key, *sizes):
    """Draw the weights of a network with these layer sizes."""
    keys = jax.random.split(key, len(sizes) - 1)
    return [
        (jax.random.normal(k, (m, n)) * np.sqrt(2 / m), jnp.zeros(n))
        for k, m, n in zip(keys, sizes[:-1], sizes[1:], strict=True)
    ]


def logits(params, images):
    """Score the ten classes."""
    *hidden, (w, b) = params
    for v, c in hidden:
        images = jax.nn.relu(images @ v + c)
    return images @ w + b


def loss(params, images, labels):
    """Return the mean cross-entropy of a batch."""
    return funloss.cross_entropy(logits(params, images), labels)


@functools.partial(jax.jit, static_argnames="optimiser")
def epoch(params, state, images, labels, optimiser):
    """Take one step for each of the stacked batches."""

    def step(carry, batch):
        params, state = carry
        value, gradient = jax.value_and_grad(loss)(params, *batch)
        change, state = optimiser.update(gradient, state, params)
        return (optax.apply_updates(params, change), state), value

    (params, state), values = jax.lax.scan(step, (params, state), (images, labels))
    return params, state, values.mean()


def train(images, labels, seed=0):
    """Train for a fixed number of epochs, each in a new order."""
    params = layers(jax.random.key(seed), images.shape[1], 128, 10)
    optimiser = optax.adam(3e-3)
    state = optimiser.init(params)
    rng = np.random.default_rng(seed)
    batches = len(labels) // BATCH
    for number in range(1, EPOCHS + 1):
        order = rng.permutation(len(labels))[: batches * BATCH].reshape(batches, BATCH)
        params, state, value = epoch(
            params, state, images[order], labels[order], optimiser
        )
        if number % 10 == 0:
            print(f"epoch {number}: training loss {value:.4f}")
    return params


def main():
    """Train, report the test accuracy, and compute the test loss twice."""
    (images, labels), (test_images, test_labels) = digits()
    params = train(images, labels)

    scores = logits(params, test_images)
    accuracy = float(np.mean(np.argmax(scores, axis=1) == test_labels))
    print(f"test accuracy: {accuracy:.1%}")

    on_jax = float(funloss.cross_entropy(scores, jnp.asarray(test_labels)))
    on_numpy = float(funloss.cross_entropy(np.asarray(scores), test_labels))
    difference = abs(on_jax - on_numpy)
    agree = difference <= 1e-5 * on_numpy
    print(f"test loss on JAX:   {on_jax:.7f}")
    print(f"test loss on NumPy: {on_numpy:.7f}")
    print(f"{'they agree' if agree else 'they DISAGREE'}, difference {difference:.1e}")


if __name__ == "__main__":
    main()
