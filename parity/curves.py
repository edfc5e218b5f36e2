"""The curve of every loss, by its name: what moves, from where to where, what stays."""

from parity.losses import BY_FAMILY

__all__ = ["CURVES"]

CURVES = {info.name: info.curve for info in BY_FAMILY}
