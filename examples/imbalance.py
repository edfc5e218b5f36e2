"""Find rare eights among scikit-learn's digits: plain, weighted and focal losses.

Needs the extra `dev`: python examples/imbalance.py [--figure FILE.svg]
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
from sklearn.metrics import average_precision_score, precision_recall_curve

import funloss as fl

jax.config.update("jax_enable_x64", True)
path, rng = figure_file(__doc__), np.random.default_rng(0)
images, digit = load_digits(return_X_y=True)
test, train = np.split(rng.permutation(len(digit)), [898])
eights = np.flatnonzero(digit[train] == 8)
train = np.delete(train, eights[len(eights) // 5 :])  # four of five eights are dropped
x, y, truth = images[train] / 16, 1.0 * (digit[train] == 8), digit[test] == 8
bce, focal = fl.binary_cross_entropy_with_logits, fl.sigmoid_focal_loss
ratio = (y == 0).sum() / y.sum()
LOSSES = {
    "plain": bce,
    "weighted": functools.partial(bce, pos_weight=ratio),
    "focal": focal,
    "focal, alpha": functools.partial(focal, alpha=ratio / (1 + ratio)),
}


def score(loss):
    """Return what the best linear classifier says of unseen digits."""
    objective = jax.jit(lambda w: loss(x @ w[1:] + w[0], y) + 1e-4 * w[1:] @ w[1:])
    w = minimize(objective, np.zeros(65), jac=jax.jit(jax.grad(objective)), tol=1e-9).x
    return images[test] / 16 @ w[1:] + w[0]


look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
plt.rcParams.update(look["STYLE"])
canvas, axes = plt.subplots(figsize=(7.2, 3.4), layout="constrained")
print(f"{y.sum():.0f} eights of {len(y)} known, {sum(truth)} of {len(truth)} unseen")
print("loss          recall  precision  average precision")
for (name, loss), colour in zip(LOSSES.items(), look["SERIES"][:4], strict=True):
    scores = score(loss)
    average, i = average_precision_score(truth, scores), (scores < 0).sum()
    precision, recall, _ = precision_recall_curve(truth, scores)
    print(f"{name:12}  {recall[i]:6.2f}  {precision[i]:9.2f}  {average:17.2f}")
    axes.plot(recall, precision, "o-", color=colour, label=name, markevery=[i])
axes.set(xlabel="recall", ylabel="precision", xlim=(0.2, 1))
axes.legend()
if path:
    save(canvas, path)
