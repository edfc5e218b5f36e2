"""CoSENT written out, a list at a time."""

from parity.later import torch
from parity.references.ranking import by_list

__all__ = ["cosent"]


@by_list
def cosent(s, y, w, *, scale=20.0):
    """Return ``log(1 + sum(exp(scale * (s[j] - s[i]))))`` over the pairs of a list."""
    del w
    first, second = torch.nonzero(y[:, None] > y, as_tuple=True)
    gaps = scale * (s[second] - s[first])
    gaps = torch.cat([gaps, s.new_zeros(1)])
    # Not logsumexp, whose gradients round the largest gap itself once more.
    best = gaps.argmax()
    rest = gaps[torch.arange(len(gaps)) != best]
    return gaps[best] + torch.log1p(torch.exp(rest - gaps[best]).sum()), 1
