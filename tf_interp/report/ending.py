"""What a finished run tells its user: what was reached, where things are, and what to do next."""

from typing import Any, Dict

from tf_interp.system.run_folder import RunFolder


def ending(run: RunFolder, data: str, summary: Dict[str, Any]) -> str:
    """The last lines that a training run prints.

    Args:
        run: its folder; pictures that are there are named.
        data: what it was trained on, a key of `SOURCES`.
        summary: the content of its metrics.json.
    """
    measure = f"tf-interp lines {run} --out FOLDER" if data == "lines" else f"tf-interp evaluate {run}"
    pictures = ", ".join(str(path) for path in (run.strips, run.maps) if path.exists())
    minutes, logs = summary["train_seconds"] / 60, run.path.parent
    return f"""
residual     {summary["goal_relative"]:.2%} of the way is left, on {summary["pairs"]:,} held-out pairs
mean length  {summary["mean_length"]:.1f} steps
training     {summary["iterations"]:,} iterations, {minutes:.1f} minutes
pictures     {pictures}
model        {run.model}
figures      {run.metrics}

next:
  tf-interp interpolate A.png B.png --model {run} --out walk.gif
  {measure}
  tensorboard --logdir {logs}"""
