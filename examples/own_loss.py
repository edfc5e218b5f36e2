"""Write the custom cross-entropy of a PyTorch tutorial as a funloss loss.

The tutorial takes the log-softmax of the scores, picks the entry of the true class,
sums and divides by the batch size. Here the formula gives the loss of each sample and
`samplewise_loss` adds the rest: the mean, weights, masks, types and every library.

Needs the extra `jax`: python examples/own_loss.py
"""

import jax
import jax.numpy as jnp
import numpy as np

import funloss


@funloss.samplewise_loss
def custom_cross_entropy(xp, input, target):
    """Charge minus the log-probability of the true class.

    `input` holds scores, shape ``(N, C)``, and `target` class indices, shape ``(N,)``.
    """
    log_probability = xp.log_softmax(input, axis=1)
    return -xp.gather(log_probability, target[:, None], axis=1)[:, 0]


def main():
    """Compare with `funloss.cross_entropy` on NumPy and on JAX."""
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((6, 4)).astype(np.float32)
    labels = np.asarray([0, 2, 1, 3, 0, 2])

    for name, input, target in [
        ("NumPy", scores, labels),
        ("JAX", jnp.asarray(scores), jnp.asarray(labels)),
    ]:
        mine = custom_cross_entropy(input, target)
        theirs = funloss.cross_entropy(input, target)
        verdict = "equal" if np.isclose(mine, theirs, rtol=1e-6) else "NOT equal"
        print(f"{name}: {mine:.6f} and {theirs:.6f} are {verdict}")

    mine = jax.jit(jax.grad(custom_cross_entropy))(scores, labels)
    theirs = jax.grad(funloss.cross_entropy)(jnp.asarray(scores), jnp.asarray(labels))
    verdict = "equal" if np.allclose(mine, theirs, atol=1e-6) else "NOT equal"
    print(f"their gradients on JAX are {verdict}")

    keep = labels != 0
    mine = custom_cross_entropy(scores, labels, where=keep)
    theirs = funloss.cross_entropy(scores, labels, ignore_index=0)
    verdict = "equal" if np.isclose(mine, theirs, rtol=1e-6) else "NOT equal"
    print(f"without class 0: {mine:.6f} and {theirs:.6f} are {verdict}")


if __name__ == "__main__":
    main()
