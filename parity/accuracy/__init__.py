"""How exact each loss is, beside its peers: `python -m parity.accuracy`."""

import os

# Read when Keras is imported.
os.environ.setdefault("KERAS_BACKEND", "jax")
