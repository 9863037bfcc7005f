"""Facts as Markdown tables."""

from typing import Any, Callable, Dict, Sequence

from tf_interp.errors import FileError
from tf_interp.report.index import INDEX, Column
from tf_interp.report.records import Facts
from tf_interp.system.text import markdown_table


def _percent(value: float) -> str:
    return f"{value:.1%}" if value >= 0.1 else f"{value:.2%}"


def _minutes(seconds: Sequence[float]) -> str:
    """Of a run that began with another's weights: "68 + 4"."""
    return " + ".join(f"{each / 60:.3g}" for each in seconds)


def _steps(values: Sequence[float]) -> str:
    """A value a step, the largest in bold."""
    digits = 1 if max(values) >= 10 else 2
    written = [f"{value:.{digits}f}" for value in values]
    worst = values.index(max(values))
    written[worst] = f"**{written[worst]}**"
    return " ".join(written)


FORMATS: Dict[str, Callable[[Any], str]] = {
    "text": str,
    "code": "`{}`".format,
    "percent": _percent,
    "number": "{:.3g}".format,
    "one_decimal": "{:.1f}".format,
    "two_decimals": "{:.2f}".format,
    "integer": "{:,}".format,
    "minutes": _minutes,
    "steps": _steps,
    "least": lambda values: f"{min(values):.2f}",
}
"""How to write a fact. minutes: a list of seconds. steps, least: a list with a value a step, from s_0 to s_K."""


def table(columns: Sequence[Column], rows: Sequence[Facts]) -> str:
    """A Markdown table, a row a run or trial. A fact that is not there leaves its cell empty.

    Raises:
        FileError: an unknown format, or a fact that cannot be written in it.
    """
    cells = ([_cell(column, facts) for column in columns] for facts in rows)
    return markdown_table([column.title for column in columns], cells)


def _cell(column: Column, facts: Facts) -> str:
    if column.format not in FORMATS:
        raise FileError(
            f"{INDEX}: column {column.title!r}: format {column.format!r} is not one of {', '.join(FORMATS)}"
        )
    value = _fact(facts, column.key)
    if value is None:
        return _escaped(str(_fact(facts, column.otherwise) or "")) if column.otherwise else ""
    try:
        return _escaped(FORMATS[column.format](_scaled(value, column.scale)))
    except (TypeError, ValueError, AttributeError):
        name = facts.get("name")
        raise FileError(f"{name}: {column.key} is {value!r}, which cannot be written as {column.format}") from None


def _fact(facts: Facts, key: str) -> Any:
    for part in key.split("."):
        if not isinstance(facts, dict):
            return None
        facts = facts.get(part)
    return facts


def _scaled(value: Any, scale: float) -> Any:
    if scale == 1.0:
        return value
    return [scale * each for each in value] if isinstance(value, list) else scale * value


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
