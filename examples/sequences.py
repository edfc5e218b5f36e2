"""Read strips of handwritten digits without knowing where each one stands.

Needs the extra `dev`: python examples/sequences.py [--figure FILE.svg]
"""

import functools
import pathlib
import runpy

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from _figure import figure_file, save
from sklearn.datasets import load_digits

import funloss as fl

path = figure_file(__doc__)
rng, BLANK, LONGEST, COLUMNS = np.random.default_rng(0), 10, 5, 52
images, digits = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8).swapaxes(1, 2) / 16  # columns first


def strips(first, last, count):
    """Return columns, how many there are, digits, and how many, of strips."""
    x, y = np.zeros((count, COLUMNS, 8), "f"), np.zeros((count, LONGEST), "i")
    lengths = np.zeros((count, 2), "i")
    for k in range(count):
        end = 0
        chosen = rng.integers(first, last, rng.integers(3, LONGEST + 1))
        for place, one in enumerate(chosen):
            end += rng.integers(0, 3)
            inked = images[one][images[one].any(axis=1)]
            x[k, end : end + len(inked)], y[k, place] = inked, digits[one]
            end += len(inked)
        lengths[k] = end + 1, len(chosen)
    return x, y, *lengths.T


def scores(w, x, y):
    """Return scores of the next digit, or none, at each column after each of y."""
    wide = jnp.pad(x, ((0, 0), (4, 4), (0, 0)))
    seen = jnp.concatenate([wide[:, k : k + COLUMNS] for k in range(9)], axis=2)
    seen = jax.nn.relu(seen @ w["in"]) @ w["mid"]
    said = w["said"][jnp.pad(y, ((0, 0), (1, 0)), constant_values=BLANK)]
    return jnp.tanh(seen[:, :, None] + said[:, None]) @ w["out"]


def spread(w, x, y, steps, ends):
    """Return the loss of columns, each digit of a strip having as many."""
    at = jnp.arange(COLUMNS) * ends[:, None] // steps[:, None]
    labels = jnp.take_along_axis(y, jnp.minimum(at, LONGEST - 1), axis=1)
    inside = jnp.arange(COLUMNS) < steps[:, None]
    z = scores(w, x, y[:, :0])[:, :, 0]
    return fl.cross_entropy(z, labels, where=inside, axis=-1)


def ctc(w, x, y, steps, ends):
    """Return the loss of all ways to read the digits off, with blanks between."""
    log_p = jax.nn.log_softmax(scores(w, x, y[:, :0])[:, :, 0])
    return fl.ctc_loss(log_p.swapaxes(0, 1), y, steps, ends, blank=BLANK)


def rnnt(w, x, y, steps, ends):
    """Return the loss of all ways to say the digits while columns go by."""
    return fl.rnnt_loss(scores(w, x, y), y, steps, ends)


@functools.partial(jax.jit, static_argnums=0)
def fit(loss, data):
    """Return the weights after 1500 steps of Adam on batches of 32 strips."""
    optimiser = optax.adam(optax.cosine_decay_schedule(1e-2, 1500))

    def step(k, carry):
        rows = jax.random.choice(jax.random.key(k), len(data[0]), (32,))
        gradient = jax.grad(loss)(carry[0], *(a[rows] for a in data))
        change, state = optimiser.update(gradient, carry[1])
        return optax.apply_updates(carry[0], change), state

    shapes = {"in": (72, 96), "mid": (96, 64), "said": (11, 64), "out": (64, 11)}
    draws = np.random.default_rng(1)
    w = {
        k: jnp.asarray(draws.normal(0, n[0] ** -0.5, n), "f") for k, n in shapes.items()
    }
    return jax.lax.fori_loop(0, 1500, step, (w, optimiser.init(w)))[0]


def read(loss, w, x, steps):
    """Return what is read in a strip, the likeliest at each column."""
    found, last, after = [], BLANK, np.arange(BLANK + 1)[:, None]
    # Of each column after each digit.
    best = np.asarray(scores(w, x[None].repeat(11, axis=0), after)).argmax(axis=-1)
    for column in best[:, :steps, 1 if loss is rnnt else 0].T:
        digit = int(column[last])
        if digit != BLANK and (loss is rnnt or digit != last):
            found.append(digit)
        last = last if loss is rnnt and digit == BLANK else digit
    return found


train, test = strips(0, 1400, 3000), strips(1400, 1797, 200)
LOSSES = {"cross_entropy, spread": spread, "ctc_loss": ctc, "rnnt_loss": rnnt}
for name, loss in LOSSES.items():
    w = fit(loss, train)
    strip = zip(*test, strict=True)
    right = [read(loss, w, x, steps) == list(y[:n]) for x, y, steps, n in strip]
    print(f"{name:22}  {100 * np.mean(right):5.1f}% of strips read without a mistake")
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    plt.rcParams.update(look["STYLE"])
    # Minus the gradient in log-probabilities is how often each of them is expected.
    x, y, steps, ends = (a[:1] for a in test)
    log_p = jax.nn.log_softmax(scores(w, x, y))
    of = functools.partial(fl.rnnt_loss, fused_log_softmax=False)
    expected = -jax.grad(of)(log_p, y, steps, ends)[0, : steps[0]]
    digit, after = y[0, : ends[0]], np.arange(ends[0])
    canvas, axes = plt.subplots(
        2, figsize=(7.2, 2.6), sharex=True, layout="constrained"
    )
    axes[0].imshow(x[0, : steps[0]].T, aspect="auto", cmap="Greys")
    axes[1].imshow(expected[:, after, digit].T, aspect="auto", cmap="Greys", vmax=1)
    axes[1].set_yticks(after, digit)
    for each, title in zip(
        axes, ("the strip", "where each digit is said"), strict=True
    ):
        each.set_title(title, loc="left")
        each.grid(visible=False)
    save(canvas, path)
