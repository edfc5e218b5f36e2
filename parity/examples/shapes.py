"""Shapes that gates of several families share."""

__all__ = ["LABELLED", "MILLION", "VECTORS"]

MILLION = ("f32[1048576]",)
LABELLED = ("f32[4096,32000]", "i32[4096]")
VECTORS = ("f32[65536,128]",)
