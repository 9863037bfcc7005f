"""--help, written from the dataclasses of options and their docstrings."""

import re
import shutil
import textwrap
import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from tf_interp.config.document import docstrings

_WIDEST = 100  # characters; longer lines are hard to read
_TEXT_FROM = 26  # the column where what an option does begins
_BRIEF = 100  # characters, two lines on a narrow screen
_PLAIN = {int: "INT", float: "FLOAT", str: "TEXT"}


class Option(NamedTuple):
    """An option as --help shows it.

    Attributes:
        typed: what to type, such as "--steps INT" or "START".
        text: what it does, in sentences.
        default: its value, "" for none.
        required: whether it must be given.
    """

    typed: str
    text: str
    default: str
    required: bool

    def brief(self) -> "Option":
        """The same in a line or two: the first thing that the text says, and the default as the value."""
        first = re.split(r"(?<=[^.]\.)\s+(?=[A-Z])|;", self.text)[0].rstrip(".")
        kind = self.typed.partition(" ")[2].removesuffix(" ...")
        plain = self.default and kind in _PLAIN.values()
        typed = f"{self.typed.split()[0]} {self.default}" if plain else self.typed
        told = f" [{self.default}]" if self.default and not plain else ""
        return self._replace(typed=typed, text=textwrap.shorten(first, _BRIEF, placeholder=" ...") + told, default="")


def help_page(usage: str, description: str, sections: Mapping[str, Sequence[Option]]) -> str:
    """A page of help, as wide as the terminal.

    Args:
        usage: how the command is called.
        description: paragraphs, which are wrapped, and indented lines, which are kept.
        sections: title -> options.
    """
    width = screen_width()
    parts = [f"usage: {usage}", "\n".join(wrapped(description, width)).rstrip()]
    for title, options in sections.items():
        parts.append("\n".join([f"{title}:", *(line for option in options for line in _lines(option, width))]))
    return "\n\n".join(parts)


def screen_width() -> int:
    """Characters in a line of help."""
    return min(shutil.get_terminal_size().columns, _WIDEST)


def usage_of(program: str, options: Iterable[Option]) -> str:
    """How to call a program with such options."""
    needed = sorted((each.typed for each in options if each.required), key=lambda typed: typed.startswith("-"))
    return " ".join([program, *needed, "[options]"])


def options_of(kind: type, values: Any = None, names: Sequence[str] = ()) -> List[Option]:
    """The options that tyro makes of a dataclass, and of dataclasses inside it that have no prefix.

    Args:
        kind: the dataclass.
        values: an instance, whose values are the defaults; None for those of the dataclass.
        names: further names that become flags where a text has them; those of the fields always do.
    """
    return list(_options(kind, values, {*names, *_names(kind)}))


def _options(kind: type, values: Any, names: Iterable[str]) -> Iterator[Option]:
    texts, hints = docstrings(kind), typing.get_type_hints(kind, include_extras=True)
    for item in fields(kind):
        hint, positional = _without_marks(hints[item.name])
        default = getattr(values, item.name, item.default)
        if is_dataclass(hint):
            yield from _options(hint, default, names)
        else:
            typed = _argument(item.name, hint) if positional else _flag(item.name, hint)
            required = default is MISSING or (positional and default == ())
            yield Option(typed, with_flags(texts[item.name], names), _written(default), required)


def _names(kind: type) -> Iterator[str]:
    for item in fields(kind):
        hint, _ = _without_marks(typing.get_type_hints(kind, include_extras=True)[item.name])
        yield from _names(hint) if is_dataclass(hint) else (item.name,)


def _without_marks(hint: Any) -> Tuple[Any, bool]:
    """A hint without what tyro is told by it, and whether that is that the option has no flag."""
    if typing.get_origin(hint) is not typing.Annotated:
        return hint, False
    return hint.__origin__, any("Positional" in repr(mark) for mark in hint.__metadata__)


def _flag(name: str, hint: Any) -> str:
    word = name.replace("_", "-")
    return f"--[no-]{word}" if hint is bool else f"--{word} {_value(hint)}"


def _argument(name: str, hint: Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return _value(hint)
    return f"{name.upper().rstrip('S')} ..." if typing.get_origin(hint) is tuple else name.upper()


def _value(hint: Any) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return _value(inner[0])
    if origin is tuple:
        return f"{_value(inner[0])} ..."
    return "|".join(map(str, inner)) if origin is typing.Literal else _PLAIN[hint]


def _written(default: Any) -> str:
    if any(default is each for each in (None, False, MISSING)) or default == ():
        return ""
    if isinstance(default, tuple):
        return " ".join(map(_written, default))
    return "yes" if default is True else f"{default:g}" if isinstance(default, float) else str(default)


def with_flags(text: str, names: Iterable[str]) -> str:
    """A docstring in which names of options are as one types them: `motion_cost` is --motion-cost."""

    def flag(found: "re.Match[str]") -> str:
        return f"--{found[2].replace('_', '-')}" if found[2] in names and (found[1] or "_" in found[2]) else found[0]

    return re.sub(r"(`?)\b([a-z0-9_]+)\b\1", flag, text)


def _lines(option: Option, width: int) -> List[str]:
    text = f"{option.text} Default: {option.default}." if option.default else option.text
    wrapped = textwrap.wrap(text, width - _TEXT_FROM, break_on_hyphens=False, break_long_words=False)
    left = f"  {option.typed}"
    first = [f"{left:{_TEXT_FROM}}{wrapped.pop(0)}"] if len(left) < _TEXT_FROM - 1 else [left]
    return [*first, *(" " * _TEXT_FROM + line for line in wrapped)]


def wrapped(description: str, width: int) -> Iterator[str]:
    """Paragraphs wrapped, indented lines as they are."""
    paragraph: List[str] = []
    for line in [*description.strip().splitlines(), ""]:
        if line.strip() and not line.startswith(" "):
            paragraph.append(line)
            continue
        yield from textwrap.wrap(" ".join(paragraph), width, break_on_hyphens=False)
        paragraph = []
        yield line


def topic_after_help(arguments: Sequence[str]) -> Optional[str]:
    """The word after --help or -h, "" if there is none; None without --help."""
    for place, word in enumerate(arguments):
        if word in ("-h", "--help"):
            following = next(iter(arguments[place + 1 :]), "")
            return "" if following.startswith("-") else following
    return None
