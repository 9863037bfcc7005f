"""Tables in Markdown."""

from typing import Iterable, Sequence


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with one line for the head and one for each row; no newline at the end.

    Args:
        head: titles of the columns.
        rows: each with as many cells as the head.
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
