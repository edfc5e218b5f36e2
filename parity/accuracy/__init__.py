"""How exact each loss is, beside its peers: `python -m parity.accuracy`."""
