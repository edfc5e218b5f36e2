"""How many lymph nodes a tumour has reached: counts that vary more than Poisson's.

Needs the extra `dev`: python examples/counts.py [--figure FILE.svg]
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
from lifelines.datasets import load_gbsg2
from scipy import stats

import funloss as fl

jax.config.update("jax_enable_x64", True)
path = figure_file(__doc__)
women = load_gbsg2()  # 686, of the German Breast Cancer Study Group
nodes = women.pnodes.to_numpy() - 1  # each has one at least
amounts = np.log1p(women[["tsize", "progrec", "estrec", "age"]].to_numpy())
grades = women.tgrade == "I", women.tgrade == "III", np.ones(len(women))
x = np.column_stack([amounts - amounts.mean(axis=0), *grades]).astype(float)
fold = np.random.default_rng(0).permutation(len(x)) % 5
# With the logarithm z of the mean, and r that is one for all.
LOSSES = {
    "poisson_nll_loss": lambda z, y, _: fl.poisson_nll_loss(z, y),
    "negative_binomial_nll_loss": lambda z, y, r: fl.negative_binomial_nll_loss(
        z, y, r, parameter="log_mean"
    ),
}


@functools.partial(jax.jit, static_argnums=0)
def fit(loss, x, y):
    """Return the weights, and the logarithm of r, after 1000 steps of Adam."""
    optimiser = optax.adam(optax.cosine_decay_schedule(0.03, 1000))
    found = jnp.zeros(x.shape[1]), jnp.zeros(())

    def step(_, carry):
        (w, log_r), state = carry
        gradient = jax.grad(lambda p: loss(x @ p[0], y, jnp.exp(p[1])))((w, log_r))
        change, state = optimiser.update(gradient, state)
        return optax.apply_updates((w, log_r), change), state

    return jax.lax.fori_loop(0, 1000, step, (found, optimiser.init(found)))[0]


line, found = "{:26}  {}  none {:2.0f}%  over ten {:2.0f}%", {}
for name, loss in LOSSES.items():
    chances = np.zeros((len(x), 80))
    for k in range(5):
        w, log_r = fit(loss, x[fold != k], nodes[fold != k])
        mean, r = np.exp(x[fold == k] @ w)[:, None], np.exp(log_r)
        law = stats.nbinom(r, r / (r + mean)) if "bin" in name else stats.poisson(mean)
        chances[fold == k] = law.pmf(np.arange(80))
    found[name] = share = 100 * chances.mean(axis=0)
    nll = -np.log(chances[np.arange(len(x)), nodes]).mean()
    print(line.format(name, f"NLL {nll:.2f}", share[0], share[11:].sum()))
share = 100 * np.bincount(nodes) / len(x)
print(line.format("seen", " " * 8, share[0], share[11:].sum()))
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    plt.rcParams.update(look["STYLE"])
    canvas, axes = plt.subplots(figsize=(7.2, 2.8), layout="constrained")
    axes.bar(range(21), share[:21], color=look["SERIES"][4], label="seen")
    for (name, chances), mark in zip(found.items(), ("o--", "o-"), strict=True):
        axes.plot(chances[:21], mark, label=name, markersize=4)
    axes.set(xlabel="lymph nodes beyond the first", ylabel="women, %", xticks=range(21))
    axes.legend()
    save(canvas, path)
