"""What libraries of forecasts and robust losses compute, in JAX, as in their source."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaln
from jax.scipy.stats import norm, t

__all__ = ["LIBRARIES"]


def sr_crps_normal(obs, mu, sigma):
    """Return crps_normal of each observation."""
    z = (obs - mu) / sigma
    score = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / jnp.sqrt(jnp.pi)
    return sigma * score


def sr_crps_ensemble(obs, fct, estimator="qd"):
    """Return crps_ensemble of each observation, members on the last axis."""
    size = fct.shape[-1]
    error = jnp.abs(obs[..., None] - fct).mean(-1)
    if estimator == "qd":
        fct = jnp.sort(fct, axis=-1)
        alpha = jnp.arange(1, size + 1) - 0.5
        below = (fct <= obs[..., None]) * alpha * (obs[..., None] - fct)
        above = (fct > obs[..., None]) * (size - alpha) * (fct - obs[..., None])
        return 2 * (below + above).sum(-1) / size**2
    pairs = {"nrg": size**2, "fair": size * (size - 1)}[estimator]
    spread = jnp.abs(fct[..., None] - fct[..., None, :]).sum((-1, -2))
    return error - spread / pairs / 2


def sr_es_ensemble(obs, fct, estimator="nrg"):
    """Return es_ensemble of each vector, members on the axis before the last."""
    size = fct.shape[-2]
    pairs = {"nrg": size**2, "fair": size * (size - 1)}[estimator]
    error = jnp.linalg.norm(fct - obs[..., None, :], axis=-1).mean(-1)
    differences = fct[..., None, :, :] - fct[..., :, None, :]
    spread = jnp.linalg.norm(differences, axis=-1).sum((-2, -1))
    return error - spread / pairs / 2


def sr_quantile_score(obs, fct, alpha):
    """Return quantile_score of each observation."""
    return ((obs < fct) - alpha) * (fct - obs)


def sr_crps_quantile(obs, fct, alpha):
    """Return crps_quantile of each observation, levels on the last axis."""
    obs = obs[..., None]
    below = (fct <= obs) * alpha * (obs - fct)
    above = (fct > obs) * (1 - alpha) * (fct - obs)
    return 2 * (below + above).mean(-1)


def sr_interval_score(obs, lower, upper, alpha):
    """Return interval_score of each observation."""
    score = upper - lower + (obs < lower) * (2 / alpha) * (lower - obs)
    return score + (obs > upper) * (2 / alpha) * (obs - upper)


def sr_weighted_interval_score(obs, median, lower, upper, alpha):
    """Return weighted_interval_score outside of numba, which adds the median itself."""
    scores = sr_interval_score(obs[..., None], lower, upper, alpha)
    return ((scores * alpha / 2).sum(-1) + 0.5 * median) / (len(alpha) + 0.5)


def sr_logs_normal(obs, mu, sigma):
    """Return logs_normal of each observation."""
    return -norm.logpdf(obs, mu, sigma)


def normal(y, loc, scale, beta=0.0):
    """Return the mean loss of NormalOutput."""
    losses = -norm.logpdf(y, loc, scale)
    return (losses * jax.lax.stop_gradient(scale**2) ** beta).mean()


def laplace(y, loc, scale):
    """Return the mean loss of LaplaceOutput."""
    return (jnp.abs(y - loc) / scale + jnp.log(2 * scale)).mean()


def student_t(y, df, loc, scale):
    """Return the mean loss of StudentTOutput."""
    return -t.logpdf(y, df, loc, scale).mean()


def poisson(y, rate):
    """Return the mean loss of PoissonOutput."""
    return (rate - y * jnp.log(rate) + gammaln(y + 1)).mean()


def negative_binomial(y, total_count, logits):
    """Return the mean loss of NegativeBinomialOutput."""
    ways = gammaln(total_count + y) - gammaln(total_count) - gammaln(y + 1)
    fails, wins = jax.nn.log_sigmoid(-logits), jax.nn.log_sigmoid(logits)
    return -(ways + total_count * fails + y * wins).mean()


def doubled_quantile(quantiles, y, levels):
    """Return QuantileLoss of pytorch-forecasting."""
    errors = y[:, None] - quantiles
    return 2 * jnp.maximum((levels - 1) * errors, levels * errors).mean()


def quantile_output(y, quantiles, levels):
    """Return the mean loss of QuantileOutput of GluonTS."""
    errors = y[:, None] - quantiles
    return 2 * jnp.abs(errors * ((errors <= 0) - levels)).mean()


def ptf_poisson(log_rate, y):
    """Return PoissonLoss."""
    return (jnp.exp(log_rate) - y * log_rate).mean()


def ptf_tweedie(log_rate, y, p=1.5):
    """Return TweedieLoss."""
    grown = jnp.exp(log_rate * (2 - p)) / jnp.float64(2 - p)
    return (grown - y * jnp.exp(log_rate * (1 - p)) / jnp.float64(1 - p)).mean()


def ptf_negative_binomial(mean, shape, y):
    """Return NegativeBinomialDistributionLoss of rescaled parameters."""
    r = 1 / shape
    p = mean / (mean + r)
    return negative_binomial(y, r, jnp.log(p) - jnp.log1p(-p))


def ptf_rmse(input, y):
    """Return RMSE."""
    return jnp.sqrt(((input - y) ** 2).mean())


def ptf_smape(input, y):
    """Return SMAPE."""
    return (2 * jnp.abs(input - y) / (jnp.abs(input) + jnp.abs(y) + 1e-8)).mean()


def lifelines_score(log_hazard, time, event):
    """Return CoxPHFitter.score, the log-likelihood over the number of individuals."""
    time, event = (np.asarray(x) for x in (time, event))
    mass, total = jnp.exp(log_hazard), 0.0
    for moment in np.unique(time):
        tied = (time == moment) & event
        count = int(tied.sum())
        at_risk, own = mass[time >= moment].sum(), mass[tied].sum()
        shares = jnp.arange(count) / max(count, 1)
        total = total + log_hazard[tied].sum() - jnp.log(at_risk - shares * own).sum()
    return total / len(time)


def charbonnier(x, y):
    """Return charbonnier_loss of each element."""
    squared = (x - y) ** 2
    small = jnp.where(squared < 1, squared, 0)
    near = small / (jnp.sqrt(small + 1) + 1)
    return jnp.where(squared < 1, near, jnp.sqrt(squared + 1) - 1)


def cauchy(x, y):
    """Return cauchy_loss of each element."""
    return jnp.log1p(0.5 * (x - y) ** 2)


def geman_mcclure(x, y):
    """Return geman_mcclure_loss of each element."""
    squared = (x - y) ** 2
    return 2 * squared / (squared + 4)


def welsch(x, y):
    """Return welsch_loss of each element."""
    return -jnp.expm1(-0.5 * (x - y) ** 2)


def geomloss_samples(x, y, loss="gaussian", blur=1.0):
    """Return SamplesLoss of a kernel, half of the square of a norm."""

    def mean(x, y):
        x, y = (a if loss == "energy" else a / blur for a in (x, y))
        squares = ((x[:, None] - y) ** 2).sum(-1)
        if loss == "gaussian":
            return jnp.exp(-squares / 2).mean()
        distances = jnp.sqrt(jnp.maximum(squares, 1e-8))
        return (-distances if loss == "energy" else jnp.exp(-distances)).mean()

    return (mean(x, x) + mean(y, y)) / 2 - mean(x, y)


LIBRARIES = {
    "sr": SimpleNamespace(
        crps_normal=sr_crps_normal,
        crps_ensemble=sr_crps_ensemble,
        es_ensemble=sr_es_ensemble,
        quantile_score=sr_quantile_score,
        crps_quantile=sr_crps_quantile,
        interval_score=sr_interval_score,
        weighted_interval_score=sr_weighted_interval_score,
        logs_normal=sr_logs_normal,
    ),
    "gluonts": SimpleNamespace(
        quantile=quantile_output,
        normal=normal,
        laplace=laplace,
        student_t=student_t,
        poisson=poisson,
        negative_binomial=negative_binomial,
    ),
    "ptf": SimpleNamespace(
        quantile=doubled_quantile,
        poisson=ptf_poisson,
        tweedie=ptf_tweedie,
        negative_binomial=ptf_negative_binomial,
        rmse=ptf_rmse,
        smape=ptf_smape,
    ),
    "lifelines": SimpleNamespace(score=lifelines_score),
    "kornia": SimpleNamespace(
        charbonnier=charbonnier,
        cauchy=cauchy,
        geman_mcclure=geman_mcclure,
        welsch=welsch,
    ),
    "geomloss": SimpleNamespace(samples=geomloss_samples),
}
