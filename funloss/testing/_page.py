"""Reports as pages that need nothing else: no network, no other file."""

from funloss.testing._report import Report

__all__ = ["report_page"]


def report_page(report: Report) -> str:
    """Return the page of one report."""
    raise NotImplementedError
