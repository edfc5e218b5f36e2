"""Embed scikit-learn's digits in a plane by triplets, with small and large margins.

Needs the extra `dev`: python examples/margins.py [--figure FILE.svg]
"""

import pathlib
import runpy

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from _figure import figure_file, save
from sklearn.datasets import load_digits

import funloss as fl

jax.config.update("jax_enable_x64", True)
path = figure_file(__doc__)
images, digit = load_digits(return_X_y=True)
first = np.stack([np.flatnonzero(digit == d)[:80] for d in range(10)])
known, unseen = jnp.asarray(images[first] / 16), np.delete(images / 16, first, axis=0)
truth, margins = np.delete(digit, first), np.asarray([0.01, 0.1, 1.0, 10.0])


def learn(margin, net, triplets):
    """Return where unseen digits lie, and for how many the nearest known is alike."""

    def place(net, x):
        return jax.nn.relu(x @ net[0]) @ net[1]

    def step(net, drawn):
        x, loss = known[*drawn], fl.triplet_margin_loss
        gradients = jax.grad(lambda net: loss(*place(net, x), margin=margin))(net)
        moved = [w - 0.05 * g for w, g in zip(net, gradients, strict=True)]
        return moved, None

    net, _ = jax.lax.scan(step, net, triplets)
    at, known_at = place(net, unseen), place(net, known.reshape(-1, 64))
    nearest = ((at[:, None] - known_at) ** 2).sum(axis=-1).argmin(axis=1)
    return at, 100 * jnp.mean(nearest // 80 == truth, dtype=float)


rng = np.random.default_rng(0)
net = [rng.normal(size=(64, 32)) / 6, rng.normal(size=(32, 2)) / 4]
kind = rng.permuted(np.tile(np.c_[:10], (600, 1, 128)), axis=1)[:, [0, 0, 1]]
triplets = np.stack([kind, rng.integers(80, size=kind.shape)], axis=1)
at, alike = zip(*(jax.jit(learn)(m, net, triplets) for m in margins), strict=True)
for margin, share in zip(margins, alike, strict=True):
    print(f"margin {margin:5}: the nearest known digit is alike for {share:.0f}%")
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    plt.rcParams.update(look["STYLE"])
    canvas, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
    left.scatter(*at[2].T, 5, np.asarray(look["SERIES"])[truth % 5])
    for d in range(10):
        left.text(*np.median(at[2][truth == d], axis=0), d, fontsize=16)
    right.semilogx(margins, alike, "o-", color=look["SERIES"][0])
    right.set(xlabel="margin", ylabel="nearest known digit alike, %")
    save(canvas, path)
