"""A small folder of results: a run that finished, one that diverged, one that is not there; a table; a trial."""

import copy
import json

from PIL import Image

COLUMNS = [
    {"title": "run", "key": "name"},
    {"title": "residual", "key": "figures.goal_relative", "format": "percent", "otherwise": "ended"},
    {"title": "minutes", "key": "seconds", "format": "minutes"},
    {"title": "ended", "key": "ended"},
    {"title": "recipe", "key": "recipe", "format": "code"},
]
TRIAL = {
    "name": "a bold attempt", "group": "attempts", "differs": "everything", "settings": {"seed": 7}, "seed": 7,
    "commit": "abc", "iterations": 10, "seconds": 90.0, "ended": "finished", "figures": {"goal_relative": 0.5},
    "training": {"iteration": [1, 2, 3], "return": [-3.0, -2.0, -1.0]},
}  # fmt: skip


def index():
    """index.json of the folder; a new object at each call."""
    good = {
        "run": "good",
        "name": "the good run",
        "words": '"fast"',
        "pictures": {"strips.png": "walks of the good run"},
    }
    bad, later = {"run": "bad", "name": "the bad run"}, {"run": "later", "name": "the later run"}
    return {
        "title": "Made up",
        "introduction": "Nothing here was trained.",
        "columns": {"short": copy.deepcopy(COLUMNS)},
        "sections": [
            {
                "id": "runs", "title": "Runs",
                "blocks": [
                    {
                        "kind": "runs", "columns": "short", "reading": "Read it so.",
                        "rows": [good, bad, later],
                    },
                ],
            },
            {
                "id": "curves", "title": "Curves",
                "blocks": [{
                    "kind": "curves", "picture": "good/training.png", "caption": "returns", "x": "iteration",
                    "x_label": "iteration",
                    "panels": [{
                        "title": "return", "scalar": "return",
                        "curves": [{"label": "good", "run": "good"}, {"label": "bold", "trial": "a bold attempt"},
                                   {"label": "later", "run": "later"}],
                    }],
                }],
            },
            {
                "id": "measured", "title": "Measured",
                "blocks": [
                    {"kind": "measured", "folder": "contest", "repeat": "tf-interp evaluate x",
                     "pictures": {"strips.png": "the contest"}},
                    {"kind": "measured", "folder": "nothing", "repeat": "tf-interp noise"},
                ],
            },
            {
                "id": "trials", "title": "Trials",
                "blocks": [{"kind": "trials", "group": "attempts", "columns": "short"}],
            },
        ],
        "readme": {"columns": "short", "rows": [good], "reading": "In short."},
        "pending": ["later", "nothing"],
    }  # fmt: skip


def write_run(folder, method="bptt", metrics=None, ended=None, rows=None):
    """Writes the records of a run."""
    folder.mkdir(parents=True)
    record = {"settings": {"data": "mnist", "method": method}, "parameters": {"policy": 3}, "starts": [{}]}
    write(folder / "config.json", {**record, **({"ended": ended} if ended else {})})
    if metrics is not None:
        write(folder / "metrics.json", metrics)
    if rows is not None:
        (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def write(path, content):
    """Writes an object as JSON."""
    path.write_text(json.dumps(content))


def write_results(folder):
    """Fills `folder` with everything that `index` names but for the run "later" and the folder "nothing"."""
    rows = [{"iteration": i, "return": -10.0 / i, "seconds": 6.0 * i} for i in range(1, 21)]
    write_run(folder / "good", metrics={"goal_relative": 0.0225, "train_seconds": 600.0, "iterations": 20}, rows=rows)
    Image.new("RGB", (30, 20), "red").save(folder / "good" / "strips.png")
    write_run(folder / "bad", "hybrid", ended={"how": "diverged", "iteration": 1234}, rows=[])
    (folder / "contest").mkdir()
    write(folder / "contest" / "metrics.json", {"command": "python -m old.module", "git_commit": "abc123"})
    (folder / "contest" / "table.md").write_text("| method |\n| --- |\n| the winner |\n")
    Image.new("RGB", (40, 20), "blue").save(folder / "contest" / "strips.png")
    other = {**TRIAL, "name": "an attempt of another kind", "group": "others"}
    write(folder / "trials.json", {"trials": [TRIAL, other]})
    write(folder / "index.json", index())
