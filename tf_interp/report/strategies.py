"""The report's sections on the training strategies of section 4.4: the paper's figures beside ours."""

import json
from pathlib import Path
from typing import Any, Dict, List, Sequence

from tf_interp.errors import FileError
from tf_interp.report.training_plots import read_rows

PAPER_FIGURES = (
    ("Fig. 3", "hybrid/remedied_seed0", 'hybrid: "the high level of instability of such a model" (section 4.4)'),
    ("Fig. 4a", "mnist_pg", 'policy gradients: "1-2 days to get to reasonble interpolations" (section 4.5)'),
    ("Fig. 4b", "mnist_bptt", 'BPTT: "very fast convergence (around 1 hour)" (section 4.5)'),
    ("Fig. 5, 6", "mnist_bptt_stop", 'BPTT+STOP: "STOP action at reasonable moments" (section 4.5)'),
    ("Fig. 7", "celeba_bptt", 'CelebA: "interpolations do not always look plausible" (section 4.6)'),
)  # fmt: skip
"""Figure of the paper, run in results/ that reproduces it, and the paper's own words."""


def paper_figures(results: Path, runs: Dict[str, Path]) -> str:
    """A table of the paper's figures, what it says of each and what came of it here; and our pictures.

    Args:
        results: folder of results.
        runs: path relative to `results` -> folder, of every training run.
    """
    rows, pictures = [], []
    for figure, name, words in PAPER_FIGURES:
        if name not in runs:
            rows.append((figure, words, "not reproduced yet", ""))
            continue
        summary, config = read_json(runs[name] / "metrics.json"), read_json(runs[name] / "config.json")
        found = (
            f"residual {summary['goal_relative']:.2%}, mean length {summary['mean_length']:.1f}, "
            f"trained {summary['train_seconds'] / 60:.0f} minutes on {config['starts'][-1]['device']}"
        )
        first = config["settings"].get("initial_model")
        if first is not None:
            found += f", from the weights of {first}"
        rows.append((figure, words, found, f"`{config['starts'][0]['command']}`"))
        drawn = "maps.png" if (runs[name] / "maps.png").is_file() else "strips.png"
        pictures.append(f"**{figure}, ours**\n\n{picture(results, f'{name}/{drawn}', name)}")
    return "\n\n".join(["## The paper's figures", _table(("paper", "its words", "here", "command"), rows), *pictures])


def stopping(runs: Dict[str, Path]) -> str:
    """How the runs of BPTT+STOP end their walks, on the held-out pairs; empty where there are none."""
    rows = []
    for name, folder in runs.items():
        if not name.startswith("mnist_bptt_stop") or not (folder / "evaluation" / "metrics.json").is_file():
            continue
        found = read_json(folder / "evaluation" / "metrics.json")["methods"][0]
        rows.append((
            name, f"{found['goal_relative']:.1%}", f"{found['mean_length']:.1f}", f"{found['budget_hits']:.1%}",
            f"{found['identity_stops']:.1%}", f"{found['length_rank_correlation']:.2f}",
            f"`{read_json(folder / 'config.json')['starts'][0]['command']}`",
        ))  # fmt: skip
    if not rows:
        return ""
    reading = (
        "STOP where its probability exceeds a half. Stops at once: share of walks of at most one step whose goal is "
        "their start. Rank correlation: Spearman's rho of length and start-goal distance."
    )
    head = ("run", "residual", "mean length", "budget hits", "stops at once", "rank correlation", "command")
    return "\n\n".join(["## BPTT+STOP", _table(head, rows), reading])


def hybrids(results: Path) -> str:
    """Where the hybrid's runs ended, on the held-out pairs; empty where there are none."""
    rows = []
    for path in sorted(results.glob("hybrid/*/config.json")):
        done = int(read_rows(path.parent / "metrics.jsonl")[-1]["iteration"])
        end = f"diverged after iteration {done}"
        if (path.parent / "metrics.json").is_file():
            end = f"{read_json(path.parent / 'metrics.json')['goal_relative']:.1%}"
        rows.append((path.parent.name, end, f"{done:,}", f"`{read_json(path)['starts'][0]['command']}`"))
    if not rows:
        return ""
    return "\n\n".join(["## The hybrid", _table(("run", "residual", "iterations", "command"), rows)])


def read_json(path: Path) -> Dict[str, Any]:
    """The content of a JSON file.

    Raises:
        FileError: it cannot be read, or is damaged.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise FileError(f"{path} cannot be read: {error}") from None


def read_text(path: Path) -> str:
    """The content of a text file.

    Raises:
        FileError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None


def picture(results: Path, name: str, title: str) -> str:
    """Markdown of a picture, or a sentence where it is missing."""
    return f"![{title}]({name})" if (results / name).is_file() else f"({title}: {name} is missing)"


def _table(head: Sequence[str], rows: List[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
