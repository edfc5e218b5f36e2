"""The bi-tempered loss as its paper defines it, a row at a time."""

from parity.later import torch
from parity.references.entmax import by_row

__all__ = ["bi_tempered"]


def power_of_t(u, t2):
    """Return the tempered exponential, of what lies inside its support."""
    return torch.exp(u) if t2 == 1 else (1 + (1 - t2) * u) ** (1 / (1 - t2))


def number_of_t(u, t2):
    """Return the tempered exponential of a number; 0 outside its support."""
    base = 1 + (1 - t2) * u
    return base ** (1 / (1 - t2)) if base > 0 else 0.0


def probabilities(x, t2):
    """Return the tempered softmax, its normalisation found by halving."""
    if t2 == 1:
        return torch.softmax(x, -1)
    x = x - x.detach().max()
    entries = x.tolist()

    def mass(shift):
        return sum(number_of_t(entry - shift, t2) for entry in entries)

    low, high = 0.0, 1.0
    while mass(high) > 1:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if mass(middle) >= 1 else (low, middle)
    inside = (1 + (1 - t2) * (x.detach() - low) > 0) & x.isfinite()
    # Newton's step has the derivative of the root, and two the second one.
    shift = torch.as_tensor(low, dtype=x.dtype)
    for _ in range(3):
        p = power_of_t(x[inside] - shift, t2)
        shift = shift + (p.sum() - 1) / (p**t2).sum()
    p = power_of_t(x[inside] - shift, t2)
    return torch.zeros_like(x).masked_scatter(inside, p)


def log_of_t(p, t1):
    """Return the tempered logarithm, 0 where it does not count."""
    return torch.log(p) if t1 == 1 else (p ** (1 - t1) - 1) / (1 - t1)


def power(p, exponent):
    """Return a power of what is above 0, and 0 of 0."""
    return torch.where(p > 0, torch.where(p > 0, p, 1.0) ** exponent, 0.0)


def of_row(x, q, t1, t2, smoothing):
    """Return the divergence of one row."""
    q = (1 - smoothing) * q + smoothing / q.numel()
    p = probabilities(x, t2)
    own = torch.where(p > 0, p, 1.0)
    log_p = torch.where(p > 0, log_of_t(own, t1), -1 / (1 - t1) if t1 < 1 else 0.0)
    log_q = torch.where(q > 0, log_of_t(torch.where(q > 0, q, 1.0), t1), 0.0)
    if t1 < 1:
        # Of a target of 0, whose derivative counts.
        log_q = torch.where(q > 0, log_q, -1 / (1 - t1))
    rest = (power(q, 2 - t1) - power(p, 2 - t1)) / (2 - t1)
    return (q * (log_q - log_p) - rest).sum()


def bi_tempered(input, target, *, t1=0.8, t2=1.2, label_smoothing=0.0, **how):
    """Return the loss of labels or of class probabilities."""
    return by_row(
        lambda x, q: of_row(x, q, t1, t2, label_smoothing), input, target, **how
    )
