"""--help of the training scripts, in pages that fit a screen: what one needs first, then one page for each group."""

import difflib
import inspect
from dataclasses import fields, is_dataclass
from typing import Any, Dict, List, Sequence

from tf_interp.commands.help_text import Option, help_page, options_of, screen_width, with_flags, wrapped
from tf_interp.config.document import docstrings, entry
from tf_interp.config.presets import PRESET_HELP
from tf_interp.errors import InputError

_FIRST = ("data", "data_dir", "method", "steps", "iterations", "seed", "run_dir")
"""Settings on the first page, beside the options that say where settings come from."""

_NOTE = """Each stands with its default. Words before a colon name the runs that use it. --help SETTING, such as --help
steps, tells all of one."""


def training_help(family: str, description: str, topic: str, starts: Sequence[Option], usual: Any) -> str:
    """A page of help.

    Args:
        family: a key of `PRESET_HELP`.
        description: the words at the head of the first page.
        topic: "" for the first page, the name of a group of settings or of one setting, or "all".
        starts: the options that say where settings come from.
        usual: the `Config` that the script has without options.

    Raises:
        InputError: there is no such page.
    """
    groups = {field.name: getattr(usual, field.name) for field in fields(usual)}
    groups = {name: group for name, group in groups.items() if is_dataclass(group)}
    options = _options(usual)
    word, usage = topic.replace("-", "_"), f"train_{family}.py [options]"
    if not topic:
        chosen = [*starts, *(options[name].brief() for name in _FIRST)]
        return help_page(usage, description, {"presets": _presets(family), "options": chosen, **_more(groups)})
    if word == "all":
        pages = {_title(name): options_of(type(group), group, options) for name, group in groups.items()}
        own = [options[name] for name in docstrings(type(usual)) if name not in groups]
        return help_page(usage, description, {"options": [*starts, *own], **pages})
    if word in groups:
        group = groups[word]
        brief = [option.brief() for option in options_of(type(group), group, options)]
        return help_page(usage, f"{inspect.getdoc(group).splitlines()[0]} {_NOTE}", {_title(word): brief})
    if word in options:
        told = with_flags(entry(word).partition("\n\n")[2].replace("\n- ", "\n  "), options)
        return "\n".join([f"--{word.replace('_', '-')}", "", *wrapped(told, screen_width())]).rstrip()
    near = difflib.get_close_matches(word, [*groups, *options, "all"], n=1)
    hint = f"did you mean {near[0].replace('_', '-')!r}?" if near else f"there are {', '.join(groups)} and all"
    raise InputError(f"--help {topic}: there is no such page; {hint}")


def _options(usual: Any) -> Dict[str, Option]:
    """Name of every setting -> its option."""
    names = [name for name, _ in _settings(usual)]
    return dict(zip(names, options_of(type(usual), usual)))


def _settings(values: Any) -> List[Any]:
    """(name, value) of every setting, in the order of `options_of`."""
    found = []
    for field in fields(values):
        value = getattr(values, field.name)
        found += _settings(value) if is_dataclass(value) else [(field.name, value)]
    return found


def _presets(family: str) -> List[Option]:
    return [Option(name, text, "", False).brief() for name, text in PRESET_HELP[family].items()]


def _more(groups: Dict[str, Any]) -> Dict[str, List[Option]]:
    texts = {name.replace("_", "-"): inspect.getdoc(group).splitlines()[0] for name, group in groups.items()}
    rows = {**texts, "SETTING": "All of one setting.", "all": "Everything, in full."}
    return {"more": [Option(f"--help {word}", text, "", False) for word, text in rows.items()]}


def _title(group: str) -> str:
    return f"{group.replace('_', ' ')} settings"
