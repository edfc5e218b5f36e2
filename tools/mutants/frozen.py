"""Imported last where processes are copied: what is there is left to no collection."""

import gc

__all__ = []

gc.collect()
gc.freeze()
