"""Curves of the losses of sequences."""

import numpy as np

from parity.curve import Curve

__all__ = ["CURVES"]

CURVES = [
    Curve(
        "ctc_loss",
        "logit of the first label in the first frame",
        (-6.0, 6.0),
        "all other logits 0; four frames, three classes, two labels",
        {"log_probs": np.zeros((4, 1, 3)), "targets": np.asarray([[1, 2]])},
        {"log_probs": np.eye(12)[1].reshape(4, 1, 3)},
        {"input_lengths": (4,), "target_lengths": (2,)},
        logits="log_probs",
    ),
]
