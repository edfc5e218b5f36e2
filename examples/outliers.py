"""Fit a line to scikit-learn's diabetes data, then again with blunders planted.

Needs the extra `dev`: python examples/outliers.py [--figure FILE.svg]
"""

import functools
import pathlib
import runpy

import jax
import jax.numpy as jnp
import matplotlib as mpl
import optax
from _figure import figure_file, save
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes

import funloss as fl

jax.config.update("jax_enable_x64", True)
HUBER = functools.partial(fl.huber_loss, delta=100.0)
LOSSES = {"mse_loss": fl.mse_loss, "huber_loss": HUBER, "l1_loss": fl.l1_loss}


def fit(loss, x, y, steps=1500):
    """Descend to the height and the slope of the best line."""
    optimiser = optax.adam(optax.cosine_decay_schedule(5.0, steps))
    downhill = jax.grad(lambda line: loss(line[0] + line[1] * x, y))

    def step(_, carry):
        change, state = optimiser.update(downhill(carry[0]), carry[1])
        return carry[0] + change, state

    start = jnp.zeros(2)
    return jax.lax.fori_loop(0, steps, step, (start, optimiser.init(start)))[0]


path = figure_file(__doc__)
patients, disease = load_diabetes(return_X_y=True, scaled=False)
x, spoilt = patients[:, 2] - 25, disease.copy()  # body-mass index, counted from 25
spoilt[::20] *= 10  # a decimal point slipped
lines = {name: [fit(f, x, y) for y in (disease, spoilt)] for name, f in LOSSES.items()}
print("            slope  spoilt  at 25  spoilt")
for name, ((high, slope), (higher, steeper)) in lines.items():
    print(f"{name:10}  {slope:5.1f}  {steeper:6.1f}  {high:5.0f}  {higher:6.0f}")
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    cycle = mpl.cycler(color=look["SERIES"][:3], linestyle=["-", "--", "-."])
    mpl.rcParams.update(look["STYLE"] | {"axes.prop_cycle": cycle})
    canvas = Figure(figsize=(7.2, 3.2), layout="constrained")
    for axes, top in zip(canvas.subplots(1, 2), (3000, 400), strict=True):
        axes.scatter(x + 25, spoilt, 9, look["INK"], alpha=0.4, linewidths=0)
        for name, (_, (high, slope)) in lines.items():
            axes.plot([18, 42], [high - 7 * slope, high + 17 * slope], label=name)
        axes.set(ylim=(0, top), xlabel="body-mass index", ylabel="disease, a year on")
    axes.legend()
    save(canvas, path)
