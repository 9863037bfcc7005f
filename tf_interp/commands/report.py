"""Builds REPORT.md and a self-contained report.html from what is in results/: tf-interp report

Nothing is trained or measured here. What a folder lacks is left out of the report, and said.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Tuple

import markdown
import tyro

from tf_interp.errors import FileError
from tf_interp.report.strategies import hybrids, paper_figures, picture, read_json, read_text, stopping
from tf_interp.report.training_plots import PLOTS, draw
from tf_interp.system import files
from tf_interp.system.entry import exit_code_of


class Measured(NamedTuple):
    """A folder with metrics.json, table.md and pictures.

    Attributes:
        folder: below the folder of results.
        title: heading of its section.
        reading: how to read the table.
        pictures: file -> caption.
    """

    folder: str
    title: str
    reading: str
    pictures: Dict[str, str]


STRATEGIES = (
    Measured(
        "pg_and_bptt",
        "Fig. 4: policy gradients and BPTT, on the same pairs",
        "Both walk 5 steps. Their training times are in the first table above.",
        {"strips.png": "walks after policy gradients and after BPTT"},
    ),
    Measured(
        "gradient_alignment",
        "The policy gradient of eq. 8 beside the true one",
        "Cosine between the two, over the same batches, in T's weights. The likelihood pretends that every "
        "pixel had noise of its own; where T's flow is as smooth as the noise, that does no harm.",
        {},
    ),
)
RIVALS = (
    Measured(
        "comparison",
        "Against what one would pick instead",
        "Frechet distances are between all frames of a step and the 10,000 test images, in 64 features of the "
        "project's digit classifier; their scale is that of its features, so compare them within the table. Step 0 is "
        "the start itself: what two sets of real images score. The largest step is relative to the even share: jumping "
        "to the goal at once scores K. The autoencoders were trained by `peers/train.sh`.",
        {"by_step.png": "metrics by step", "strips.png": "the same pairs walked by every method"},
    ),
    Measured(
        "celeba_bptt/evaluation",
        "Faces: trained on LFW, measured on CelebA",
        "Pairs of the 558 images of a CelebA sample, of which none was trained on. Distances between sets of faces are "
        "in the 128 numbers by which dlib's network tells people apart; step 0 is the start itself.",
        {"by_step.png": "metrics by step"},
    ),
    Measured(
        "celeba_remedies",
        "Faces: what each reward buys",
        "`celeba_remedies/train.sh` made the runs: 600 iterations each with a discriminator that learns from the "
        "pixels; all but `everything` differ from it in what their names say. One seed each.",
        {"by_step.png": "metrics by step"},
    ),
    Measured(
        "lines",
        "The lines benchmark of ACAI (Berthelot et al. 2018)",
        "Mean ± standard deviation over seeds; lower is better, a perfect rotation scores 0 and 0. Mean Distance is "
        "the cosine distance to the nearest of 10,000 true lines for pixels in [0, 1], and, to compare with the ACAI "
        "paper, in [-1, 1]. Each model was trained by `lines/train.sh`.",
        {"strips.png": "walks between lines"},
    ),
)

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;font-size:.85rem;display:block;overflow-x:auto}
td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left}
img{max-width:100%}code{background:#f3f3f3;padding:.1rem .3rem}"""


@dataclass(frozen=True)
class Options:
    results: str = "results"
    """Folder of results."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    description = "Rebuilds REPORT.md and report.html from the results, without training."
    options = tyro.cli(Options, description=description, args=arguments, prog="tf-interp report")
    return exit_code_of(lambda: build(Path(options.results)))


def build(results: Path) -> None:
    """Writes results/REPORT.md, results/report.html and the plots they show.

    Raises:
        FileError: no such folder, or a JSON file in it is damaged.
    """
    if not results.is_dir():
        raise FileError(f"{results} is not a folder; run this from the project's root, or name the folder of results")
    runs = dict(_runs(results))
    sections = [_head(), paper_figures(results, runs)]
    sections += [_measured(results, each) for each in STRATEGIES]
    sections += [stopping(runs), hybrids(results)]
    sections += [_measured(results, each) for each in RIVALS]
    sections += [_tradeoff(results), _noise(results), _training(results)]
    text = "\n\n".join(section for section in sections if section) + "\n"
    for name, content in (("REPORT.md", text), ("report.html", to_html(text, results))):
        with files.replaced_file(results / name) as temporary:
            temporary.write_text(content, encoding="utf-8")
    print(f"wrote {results}/REPORT.md and {results}/report.html")


def to_html(text: str, folder: Path) -> str:
    """Markdown as one HTML page with every picture inside it.

    Args:
        text: Markdown; pictures are named relative to `folder`.
        folder: where the pictures are.
    """

    def embedded(match: "re.Match[str]") -> str:
        content = base64.b64encode((folder / match.group(1)).read_bytes()).decode()
        return f'src="data:image/png;base64,{content}"'

    body = re.sub(r'src="([^":]+\.png)"', embedded, markdown.markdown(text, extensions=["tables", "fenced_code"]))
    head = f'<meta charset="utf-8"><title>tf_interp: results</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _runs(results: Path) -> Iterator[Tuple[str, Path]]:
    """Every training run below `results`: its path relative to that folder, and its folder."""
    for path in sorted(results.rglob("metrics.jsonl")):
        if (path.parent / "metrics.json").is_file():
            yield str(path.parent.relative_to(results)), path.parent


def _head() -> str:
    return (
        "# Results\n\nMade by `tf-interp report` from the folders beside this file. Each folder says in "
        "config.json or metrics.json which command, commit and versions made it. MNIST figures are on the same 2,000 "
        "pairs of test images. Residual is the mean of ‖s_K − g‖² over the mean of ‖s_0 − g‖²."
    )


def _measured(results: Path, measured: Measured) -> str:
    """A section made of a folder's table.md and pictures, with the command behind them and how to read them."""
    folder = measured.folder
    if not (results / folder / "metrics.json").is_file():
        return f"## {measured.title}\n\nNot measured yet."
    record = read_json(results / folder / "metrics.json")
    parts = [f"## {measured.title}", f"`{record['command']}`, commit {record['git_commit']}"]
    parts += [read_text(results / folder / "table.md").strip(), measured.reading]
    parts += [picture(results, f"{folder}/{name}", caption) for name, caption in measured.pictures.items()]
    return "\n\n".join(parts)


def _tradeoff(results: Path) -> str:
    title = "## The goal against the way there: what was tried"
    if not (results / "tradeoff" / "table.md").is_file():
        return f"{title}\n\nNot tried yet."
    words = (
        "BPTT on MNIST, one seed each, short runs on cores that other work shared, so compare the minutes with care. "
        "`tradeoff/train.sh` has the settings in full, `tradeoff/metrics.json` all measurements and each run's commit."
    )
    return f"{title}\n\n{read_text(results / 'tradeoff' / 'table.md').strip()}\n\n{words}"


def _training(results: Path) -> str:
    drawn = [plot for plot in PLOTS if draw(plot, results)]
    return "\n\n".join(f"## {plot.title}\n\n![{plot.title}]({plot.picture})" for plot in drawn)


def _noise(results: Path) -> str:
    title = "## Eq. 7 tears, eq. 8 bends"
    if not (results / "flow_noise" / "config.json").is_file():
        return f"{title}\n\nNot drawn yet."
    record = read_json(results / "flow_noise" / "config.json")
    words = "Draws of a flow around zero, on the same digits: the digit, six draws, the digit again."
    drawn = picture(results, "flow_noise/strips.png", "flows drawn by eq. 7 and by eq. 8")
    return f"{title}\n\n`{record['command']}`, commit {record['git_commit']}\n\n{words}\n\n{drawn}"
