"""Losses of a batch of embeddings against itself."""

__all__: list[str] = []
