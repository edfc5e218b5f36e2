"""Ask how sure classifiers of scikit-learn's digits are, and how often they are right.

Needs the extra `dev`: python examples/calibration.py [--figure FILE.svg]
"""

import functools
import pathlib
import runpy

import jax
import matplotlib.pyplot as plt
import numpy as np
from _figure import figure_file, save
from scipy.optimize import minimize
from sklearn.datasets import load_digits

import funloss as fl

jax.config.update("jax_enable_x64", True)
path, rng = figure_file(__doc__), np.random.default_rng(0)
images, digit = load_digits(return_X_y=True)
order = rng.permutation(len(digit))
hidden = np.maximum(images / 256 @ rng.normal(size=(64, 300)), 0)  # stays as drawn
(x, unseen), (y, truth) = (np.split(a[order], [200]) for a in (hidden, digit))
LOSSES = {
    "cross_entropy": fl.cross_entropy,
    "smoothing 0.1": functools.partial(fl.cross_entropy, label_smoothing=0.1),
    "focal, gamma 1": functools.partial(fl.softmax_focal_loss, gamma=1.0),
    "focal, gamma 2": functools.partial(fl.softmax_focal_loss, gamma=2.0),
}


def learn(loss):
    """Return the probabilities that the best last layer gives unseen digits."""
    objective = jax.jit(lambda w: loss(x @ w.reshape(-1, 10), y) + 1e-7 * w @ w)
    gradient = jax.jit(jax.grad(objective))
    w = minimize(
        objective, np.zeros(3000), jac=gradient, method="L-BFGS-B", tol=1e-14
    ).x
    return np.asarray(jax.nn.softmax(unseen @ w.reshape(-1, 10)))


look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
plt.rcParams.update(look["STYLE"])
canvas, axes = plt.subplots(figsize=(7.2, 3.6), layout="constrained")
axes.axline((1, 1), slope=1, color=look["INK"], linewidth=0.8)
print("                sure  right  calibration error")
for (name, loss), colour in zip(LOSSES.items(), look["SERIES"][:4], strict=True):
    chance = learn(loss)
    sure, right = chance.max(axis=1), chance.argmax(axis=1) == truth
    tenth = np.clip(10 * sure, 4, 9).astype(int)  # all up to a half in one
    bins = [tenth == k for k in range(4, 10)]
    pairs = np.array([(sure[b].mean(), right[b].mean()) for b in bins])
    error = np.bincount(tenth)[4:] / len(sure) @ abs(pairs[:, 0] - pairs[:, 1])
    print(f"{name:14}  {sure.mean():4.0%}  {right.mean():5.0%}  {error:17.1%}")
    axes.plot(*pairs.T, "o-", color=colour, label=name)
axes.set(xlabel="how sure", ylabel="how often right")
axes.legend()
if path:
    save(canvas, path)
