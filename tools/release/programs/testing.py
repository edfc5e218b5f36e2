"""The extra testing: a right loss passes, a wrong one fails and has its page."""

import numpy as np

import funloss as fl
from funloss.testing import check_mask, check_parity, strategies

inputs = {"input": np.asarray([0.0, 0.5, -2.0]), "target": np.zeros(3)}
on = {"library": "numpy", "reference_library": "numpy"}
settings = {**on, "options": {"delta": [1.0, 0.5]}}


def wrong(input, target, delta):
    """Return Huber losses that are linear near zero as well."""
    return np.mean(delta * (np.abs(input - target) - 0.5 * delta))


right = check_parity(fl.huber_loss, fl.huber_loss, inputs, **settings)
assert right.passed, right
report = check_parity(wrong, fl.huber_loss, inputs, **settings)
assert report.failures, report
assert "<html" in report.to_html()
masked = inputs | {"where": np.asarray([True, False, True])}
assert check_mask(fl.huber_loss, masked, library="numpy").passed
assert strategies.__all__
print(f"a right loss passes {len(right.checks)} checks, a wrong one fails")
