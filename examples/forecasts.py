"""Predict distributions of scikit-learn's diabetes data: calibration and sharpness.

Needs the extra `dev`: python examples/forecasts.py [--figure FILE.svg]
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
from scipy import stats
from sklearn.datasets import load_diabetes

import funloss as fl

jax.config.update("jax_enable_x64", True)
path = figure_file(__doc__)
LEVELS, rng = np.arange(1, 20) / 20, np.random.default_rng(0)
patients, disease = load_diabetes(return_X_y=True)
x, y = np.c_[np.ones(442), patients * 21], disease / 100  # columns of variance 1
fold, start = rng.permutation(442) % 5, jnp.asarray(rng.normal(size=(11, 40)) / 10)
# Of linear outputs z: how many there are, their loss, and the quantiles they stand for.
MODELS = {
    "quantile": (19, lambda z, y: fl.quantile_loss(z, y, tau=LEVELS), np.asarray),
    "gaussian_nll": (
        2,
        lambda z, y: fl.gaussian_nll_loss(z[:, 0], y, jnp.exp(2 * z[:, 1])),
        lambda z: stats.norm.ppf(LEVELS, z[:, :1], np.exp(z[:, 1:])),
    ),
    "student_t_nll": (
        3,
        lambda z, y: fl.student_t_nll_loss(z[:, 0], y, *jnp.exp(z[:, 1:]).T),
        lambda z: stats.t.ppf(LEVELS, np.exp(z[:, 2:]), z[:, :1], np.exp(z[:, 1:2])),
    ),
    "crps_ensemble": (
        40,
        lambda z, y: fl.crps_ensemble_loss(z, y, fair=1.0),
        lambda z: np.quantile(z, LEVELS, axis=1).T,
    ),
}


@functools.partial(jax.jit, static_argnums=0)
def fit(loss, w, x, y):
    """Return the weights after 1500 steps of Adam."""
    optimiser = optax.adam(optax.cosine_decay_schedule(0.03, 1500))

    def step(_, carry):
        gradient = jax.grad(lambda w: loss(x @ w, y))(carry[0])
        change, state = optimiser.update(gradient, carry[1])
        return carry[0] + change, state

    return jax.lax.fori_loop(0, 1500, step, (w, optimiser.init(w)))[0]


found = {}
for name, (outputs, loss, quantiles) in MODELS.items():
    z = np.zeros((442, outputs))
    for k in range(5):
        w = fit(loss, start[:, :outputs], x[fold != k], y[fold != k])
        z[fold == k] = x[fold == k] @ w
    guess = quantiles(z)
    share = 100 * (y[:, None] <= guess).mean(axis=0)
    width = 100 * (guess[:, 17] - guess[:, 1]).mean()
    score, inside = 200 * fl.quantile_loss(guess, y, tau=LEVELS), share[17] - share[1]
    print(f"{name:13}  inside {inside:.0f}%  width {width:.0f}  CRPS {score:.1f}")
    found[name] = share, width
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    plt.rcParams.update(look["STYLE"])
    canvas, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0), layout="constrained")
    for (name, (share, width)), color in zip(
        found.items(), look["SERIES"], strict=False
    ):
        left.plot(LEVELS, share - 100 * LEVELS, label=name, color=color)
        right.barh(name, width, color=color)
    left.set(
        xlabel="level of the quantile",
        ylabel="below it, less the level, %",
        ylim=(-8, 8),
    )
    right.set(xlabel="width of the interval of 80 %")
    right.invert_yaxis()
    save(canvas, path)
