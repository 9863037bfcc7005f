"""A page to play with in a browser: tf-interp demo"""

import contextlib
import functools
import importlib.util
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from tf_interp.commands.options import check_models, check_range, run_command
from tf_interp.errors import FileError, InputError

_INSTALL = "pip install -r requirements-demo.txt"
DESCRIPTION = f"""Serves a page on which to draw or upload two pictures and see the walk between them: as a film, as its
steps, and with the flow and masks of each step. Needs Gradio and Python 3.10: {_INSTALL}

  tf-interp demo                      the model that ships, and those in runs/
  tf-interp demo --model runs/first   that one first"""

HEAD = """# From one picture to another
Draw or upload a start and a goal. Digits are prepared as MNIST was; the model then walks from one to the other."""
_FRAMES, _RATE = 60, 30
_SIDE, _CELL = 280, 150  # pixels along a side of a canvas, and of a strip's cell, or nearly


@dataclass(frozen=True)
class Options:
    model: Optional[str] = None
    """Folder of a run or model to begin with. Default: the MNIST model that ships with the package."""
    port: int = 7860
    """The page's port on this machine."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("demo", Options, DESCRIPTION, serve, arguments)


def serve(options: Options) -> None:
    """Serves the page until it is interrupted.

    Raises:
        InputError: Gradio is not installed, or the port cannot be used.
        FileError: the model is not there.
    """
    if importlib.util.find_spec("gradio") is None:
        raise InputError(f"the page needs Gradio, on Python 3.10 or newer; install it with: {_INSTALL}")
    check_range("port", options.port, 1024, 65535)
    check_models(filter(None, [options.model]))
    try:
        page(models_at_hand(options.model)).launch(server_port=options.port)
    except (OSError, ValueError) as error:  # the port is taken, or a proxy stands before this machine
        raise InputError(f"the page cannot be served at --port {options.port}: {error}") from None


def models_at_hand(first: Optional[str] = None) -> Dict[str, str]:
    """Name -> folder of the models that ship and of those in results/ and runs/; `first` is the first if given."""
    from tf_interp.pretrained import MNIST_BPTT

    runs = sorted(folder.parent for place in ("results", "runs") for folder in Path(place).glob("*/model"))
    shipped = {"digits, the model that ships": str(MNIST_BPTT)}
    return {**({first: first} if first else {}), **shipped, **{str(run): str(run) for run in runs}}


def page(models: Dict[str, str]) -> Any:
    """The page, a `gradio.Blocks`. Its one function is "/walk" of the HTTP interface.

    Args:
        models: name -> folder, the first one first.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr
    from PIL import Image

    def shown_walk(name: str, start: Dict[str, Any], goal: Dict[str, Any]) -> Tuple[str, str, str, str]:
        try:
            return walk(models[name], *(_file_of(title, drawn) for title, drawn in (("start", start), ("goal", goal))))
        except (FileError, InputError) as error:
            raise gr.Error(str(error), duration=None) from None

    def canvas(title: str) -> Any:
        with gr.Column():
            brush = gr.Brush(default_size=14, colors=["#000000"], color_mode="fixed")
            how = dict(type="filepath", format="png", canvas_size=(_SIDE, _SIDE), layers=False, transforms=())
            paper = Image.new("RGB", (_SIDE, _SIDE), "white")  # on an empty canvas one must choose the brush first
            pad = gr.Sketchpad(paper, label=title, brush=brush, elem_id=title, **how)
            upload = gr.UploadButton(f"upload the {title}", file_types=["image"], size="sm")
            upload.upload(lambda file: file, upload, pad, api_visibility="private")
        return pad

    with gr.Blocks(title="tf_interp") as blocks:
        gr.Markdown(HEAD)
        name = gr.Dropdown(list(models), value=next(iter(models)), label="model")
        with gr.Row():
            start, goal = canvas("start"), canvas("goal")
            film = gr.Image(label="the walk, there and back", type="filepath", elem_id="film", interactive=False)
        button, said = gr.Button("Walk", variant="primary", elem_id="walk"), gr.Markdown()
        strip = gr.Image(label="its steps", type="filepath", elem_id="strip", interactive=False)
        maps = gr.Image(label="what each step does", type="filepath", elem_id="maps", interactive=False)
        button.click(shown_walk, [name, start, goal], [film, strip, maps, said], api_name="walk")
    return blocks


def walk(model: str, start: Path, goal: Path) -> Tuple[str, str, str, str]:
    """Walks between two image files.

    Args: model, the folder of a run or model; start and goal, the files.

    Returns:
        Files of the film, the strip and the maps, and what there is to say. FileError is raised of a file that is none.
    """
    import numpy as np

    from tf_interp.films import save_film
    from tf_interp.model.film import film
    from tf_interp.model.own_pictures import prepare_image
    from tf_interp.report.maps import draw_maps
    from tf_interp.strips import save_strip

    interpolator, out = _loaded(model), Path(tempfile.mkdtemp(prefix="tf_interp_demo_"))
    with contextlib.redirect_stdout(io.StringIO()) as said:
        first, last = (prepare_image(file, interpolator)[np.newaxis] for file in (start, goal))
    path = interpolator(first, last)
    save_film([film(path, last[0], _FRAMES)], out / "walk.gif", _RATE)
    magnify = max(1, _CELL // interpolator.image_shape[1])
    save_strip(path.frames, last, path.lengths, out / "strip.png", magnify)
    draw_maps(interpolator, first, last, "what each step did", out / "maps.png")
    before, after = (float(np.square(image - last).sum()) for image in (first, path.frames[:, -1]))
    left = f"{int(path.lengths[0])} steps; {after / max(before, 1e-9):.1%} of the way is left."
    done = [line.partition(": ")[2] for line in said.getvalue().splitlines()]
    files = (str(out / name) for name in ("walk.gif", "strip.png", "maps.png"))
    return (*files, "  \n".join([left, *(f"{title}: {each}" for title, each in zip(("start", "goal"), done))]))


@functools.lru_cache(maxsize=4)
def _loaded(model: str) -> Any:
    from tf_interp.model.interpolator import load_interpolator

    return load_interpolator(model)


def _file_of(title: str, drawn: Optional[Dict[str, Any]]) -> Path:
    """The file of what is on a canvas."""
    if not drawn or not drawn.get("composite"):
        raise InputError(f"{title}: the canvas is empty; draw something or upload a picture")
    return Path(drawn["composite"])
