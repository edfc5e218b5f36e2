"""Why a peer is more exact than funloss somewhere, by loss."""

__all__ = ["REASONS"]

REASONS: dict[str, str] = {}
