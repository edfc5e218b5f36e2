"""Fused and chunked algorithms behind unchanged public signatures."""
