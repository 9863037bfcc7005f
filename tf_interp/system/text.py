"""Tables in Markdown, and messages of a bearable length."""

import re
from typing import Iterable, Sequence

_LONGEST_WORD, _LONGEST = 200, 3000  # characters


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with one line for the head and one for each row; no newline at the end.

    Args:
        head: titles of the columns.
        rows: each with as many cells as the head.
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shortened(message: str) -> str:
    """A message with the middle of endless paths and values left out."""
    return _cut(re.sub(r"\S+", lambda word: _cut(word[0], _LONGEST_WORD), message), _LONGEST)


def _cut(text: str, longest: int) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}...{text[-half:]}"
