"""Words and figures in lines, for a terminal and for a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Column
from rich.table import Table as RichTable

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """Lines of words and figures under a head."""

    title: str
    head: Sequence[str]
    lines: Sequence[Sequence[str]]

    def __rich__(self) -> RichTable:
        """Return the table as a terminal shows it."""
        first, *rest = self.head
        columns = [Column(first, overflow="fold"), *(Column(name) for name in rest)]
        table = RichTable(*columns, title=self.title, box=box.SIMPLE_HEAD)
        for line in self.lines:
            table.add_row(*line)
        return table

    def markdown(self) -> str:
        """Return the table as a page holds it."""
        lines = [self.head, ["---"] * len(self.head), *self.lines]
        return "".join("| " + " | ".join(line) + " |\n" for line in lines)
