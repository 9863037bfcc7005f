"""Writes docs/settings.md: every setting of `Config`, from the code. Loads no TensorFlow.

python -m tf_interp.config.document > docs/settings.md
"""

import ast
import inspect
import textwrap
import typing
from dataclasses import Field, fields
from typing import Any, Dict, Iterator, List, Literal, Sequence, Tuple

from tf_interp.config import GROUPS, Config, from_dict
from tf_interp.config.presets import PRESET_HELP, PRESETS, settings_of
from tf_interp.config.stored import RENAMED
from tf_interp.errors import InputError

METHODS = typing.get_args(typing.get_type_hints(Config)["method"])
USES: Dict[str, str] = {
    "pg, hybrid": "`method` is pg or hybrid",
    "hybrid": "`method` is hybrid",
    "bptt_stop": "`method` is bptt_stop",
    "STOP": "STOP may end a walk: `method` is bptt_stop, or `use_stop` is set and `method` is pg or hybrid",
    "policy gradients": "eq. 6 is used: `method` is pg or hybrid, or bptt_stop with `stop_estimator` estimated",
    "warp": "`transformations` has warp",
    "flows": "`transformations` has warp or similarity",
    "blend": "`transformations` has blend",
    "stochastic_flow": "`stochastic_flow` is set",
    "manifold_weight": "`manifold_weight` is not 0",
    "critics": "the reward of some critic has a weight, `manifold_weight` or another",
    "waypoint_weight": "`waypoint_weight` is not 0",
    "goal_norm perceptual": "`goal_norm` is perceptual",
    "trains alternate": "`trains` is alternate",
    "devices multi_worker": "`devices` is multi_worker",
}
"""Label of a row of `usage.CONDITIONS` -> what it asks of a run, in words."""

HEAD = """# Settings

Every setting of a training run, with its default. This page is made from the code:
`python -m tf_interp.config.document > docs/settings.md`. Do not edit it by hand.

A setting is named in three places, and its name is the same in all of them:

- on the command line: `--motion-cost 0.5`; a switch is `--eager` or `--no-eager`; a list is `--policy-features 16 32`;
- in a file for `--config`, and in the config.json of a run: `{"motion_cost": 0.5}`;
- in Python: `tf_interp.config.settings(motion_cost=0.5)`. There settings are in groups: `config.reward.motion_cost`.

Later ones win: defaults; then `--preset`, `--config` or `--resume`; then options of the command line.

An unknown name, a wrong type or a value out of its range is an error. So is the weight of a reward whose transformation
is not there. A setting that differs from its default but has no effect in the run gives a warning.
"""


def document() -> str:
    """The page, in Markdown."""
    own = [item for item in fields(Config) if item.name not in GROUPS]
    parts = [HEAD, _conditions(), _presets(), "## General\n\nIn `config` itself.\n", *_entries(Config, own)]
    for name, group in GROUPS.items():
        parts += [
            f"## {_title(name)}\n\nIn `config.{name}`. {_first_paragraph(group)}\n",
            *_entries(group, fields(group)),
        ]
    return "\n".join([*parts, _earlier_names()])


def entry(name: str) -> str:
    """The entry of one setting."""
    groups = [Config, *GROUPS.values()]
    found = {item.name: (group, item) for group in groups for item in fields(group) if item.name not in GROUPS}
    group, item = found[name]
    return next(_entries(group, [item])).rstrip()


def values_in_presets(name: str) -> Dict[str, List[str]]:
    """Value of a setting -> the presets that give it this value, where that is not the default."""
    default, found = Config().to_dict()[name], {}
    for family, preset, of_method in _every_preset():
        differing = {method: values[name] for method, values in of_method.items() if values[name] != default}
        for value in dict.fromkeys(_written(each) for each in differing.values()):
            methods = [method for method, each in differing.items() if _written(each) == value]
            only = "" if len(methods) == len(of_method) else f" ({', '.join(methods)})"
            found.setdefault(value, []).append(f"{family} {preset}{only}")
    return found


def docstrings(group: Any) -> Dict[str, str]:
    """Setting -> the text under it, on one line."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(group))).body
    found = {}
    for before, after in zip(body.body, body.body[1:]):
        if isinstance(before, ast.AnnAssign) and isinstance(after, ast.Expr):
            found[before.target.id] = " ".join(ast.literal_eval(after.value).split())
    return found


def _entries(group: Any, items: Sequence[Field]) -> Iterator[str]:
    texts, hints = docstrings(group), typing.get_type_hints(group)
    for item in items:
        lines = [f"### {item.name}\n", _wrapped(texts[item.name]) + "\n"]
        lines.append(f"- default: {_written(item.default)}\n- values: {_allowed(item, hints[item.name])}")
        label = item.metadata["used_by"]
        if label is not None:
            lines.append(f"- used if {USES[label]}")
        if item.name != "method":  # which presets are asked with, and not for
            lines += [
                f"- {value} in presets: {', '.join(found)}" for value, found in values_in_presets(item.name).items()
            ]
        yield "\n".join(lines) + "\n"


def _conditions() -> str:
    rows = "\n".join(f"| {label} | {words} |" for label, words in USES.items())
    text = "Where a description begins with one of these labels, the setting matters only in such runs."
    return f"## Labels\n\n{text}\n\n| label | a run in which |\n| --- | --- |\n{rows}\n"


def _presets() -> str:
    rows = "\n".join(
        f"| {family} | {preset} | {PRESET_HELP[family][preset]} |"
        for family, presets in PRESETS.items()
        for preset in presets
    )
    text = (
        "The script is `python train_mnist.py` or `python train_celeba.py`. Without `--preset` the preset is default."
    )
    return f"## Presets\n\n{text}\n\n| script | preset | what it is |\n| --- | --- | --- |\n{rows}\n"


def _earlier_names() -> str:
    rows = "\n".join(f"| {old} | [{new}](#{new}) |" for old, new in RENAMED.items())
    text = "A config.json of an earlier version may have these names. They are still read."
    return f"## Earlier names\n\n{text}\n\n| earlier | now |\n| --- | --- |\n{rows}"


def _every_preset() -> Iterator[Tuple[str, str, Dict[str, Dict[str, Any]]]]:
    """(script, preset, method -> all settings), without methods that the preset cannot be combined with."""
    for family, presets in PRESETS.items():
        for preset in presets:
            of_method = {}
            for method in METHODS:
                try:
                    of_method[method] = from_dict(settings_of(family, preset, method), origin=preset).to_dict()
                except InputError:
                    continue
            yield family, preset, of_method


def _allowed(item: Field, hint: Any) -> str:
    """The values that a setting may have, in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return f"none, or {_allowed(item, inner[0])}"
    if origin is tuple:
        return f"a list, each {_allowed(item, inner[0])}"
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    kind = {bool: "yes or no", str: "a text", int: "a whole number", float: "a number"}[hint]
    low, high = item.metadata["low"], item.metadata["high"]
    return kind if low is None else f"{kind} from {_written(low)} to {_written(high)}"


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, (list, tuple)):
        return " ".join(map(_written, value))
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else value


def _first_paragraph(group: Any) -> str:
    return " ".join(inspect.getdoc(group).split("\n\n")[0].split())


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _wrapped(text: str) -> str:
    return textwrap.fill(text.replace("<", r"\<"), 120, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    print(document())
