"""How soon breast cancer returns, where many leave the study before: Cox's model.

Needs the extra `dev`: python examples/survival.py [--figure FILE.svg]
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
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_gbsg2
from lifelines.utils import concordance_index

import funloss as fl

jax.config.update("jax_enable_x64", True)
path = figure_file(__doc__)
women = load_gbsg2()  # 686, of the German Breast Cancer Study Group
years, seen = women.time.to_numpy() / 365.25, women.cens.to_numpy() == 1
amounts = np.log1p(women[["tsize", "pnodes", "progrec", "estrec"]].to_numpy())
young = np.maximum(45 - women.age.to_numpy(), 0) / 10
kinds = women.horTh == "yes", women.menostat == "Post", women.tgrade == "I"
x = np.column_stack([amounts - amounts.mean(axis=0), young, *kinds, np.ones(686)])
x, fold = x.astype(float), np.random.default_rng(0).permutation(len(x)) % 5
LOSSES = {
    "cox_loss": fl.cox_loss,
    "mse_loss, as if seen": lambda z, t, _: fl.mse_loss(-z, jnp.log(t)),
    "mse_loss, seen alone": lambda z, t, seen: fl.mse_loss(-z, jnp.log(t), where=seen),
}


@functools.partial(jax.jit, static_argnums=0)
def fit(loss, x, years, seen):
    """Return the weights of a linear risk after 500 steps of Adam."""
    optimiser = optax.adam(optax.cosine_decay_schedule(0.05, 500))

    def step(_, carry):
        gradient = jax.grad(lambda w: loss(x @ w, years, seen))(carry[0])
        change, state = optimiser.update(gradient, carry[1])
        return carry[0] + change, state

    w = jnp.zeros(x.shape[1])
    return jax.lax.fori_loop(0, 500, step, (w, optimiser.init(w)))[0]


def foretold(risk):
    """Return the shares of women still free of it at the times of `order`."""
    at_risk = np.cumsum(np.exp(risk[order])[::-1])[::-1]
    return np.exp(-np.exp(risk)[:, None] * np.cumsum(seen[order] / at_risk))


order, risks = np.argsort(years), {}
for name, loss in LOSSES.items():
    risks[name] = risk = np.zeros(len(x))
    for k in range(5):
        data = (a[fold != k] for a in (x, years, seen))
        risk[fold == k] = x[fold == k] @ fit(loss, *data)
    half = np.exp(-np.median(risk))
    if name == "cox_loss":
        half = years[order][foretold(risk).mean(axis=0) > 0.5][-1]
    right = 100 * concordance_index(years, -risk, seen)
    print(f"{name:20}  in order {right:.1f}%  half free of it for {half:.1f} years")
half = KaplanMeierFitter().fit(years, seen).median_survival_time_
print(f"Kaplan and Meier {half:42.1f} years")
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    plt.rcParams.update(look["STYLE"])
    canvas, axes = plt.subplots(figsize=(7.2, 3.0), layout="constrained")
    curves = foretold(risks["cox_loss"])
    third = np.argsort(np.argsort(risks["cox_loss"])) * 3 // len(x)
    for k, name in enumerate(("lowest", "middle", "highest")):
        free = KaplanMeierFitter().fit(years[third == k], seen[third == k])
        axes.step(
            free.timeline, free.predict(free.timeline), look["SERIES"][k], label=name
        )
        axes.plot(
            years[order], curves[third == k].mean(axis=0), look["SERIES"][k], ls=":"
        )
    axes.set(xlabel="years", ylabel="free of it", xlim=(0, 6.5), ylim=(0, 1))
    axes.legend(title="third of the risk")
    save(canvas, path)
