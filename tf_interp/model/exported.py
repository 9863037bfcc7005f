"""A trained model as a SavedModel, for programs that have TensorFlow and not this package."""

from pathlib import Path
from typing import Dict

import tensorflow as tf

from tf_interp.errors import FileError
from tf_interp.model.interpolator import Interpolator
from tf_interp.model.rollout import Rules, rollout, step


class Exported(tf.Module):
    """The deterministic walk of an `Interpolator` and its single step, for batches of any size.

    Args:
        interpolator: the model.

    Attributes:
        walk: start, goal float32 [B,H,W,C] in [0, 1] -> frames float32 [B,K+1,H,W,C] and lengths int32 [B]; K is that
            of the model's training.
        step: state, goal, and k, int32 [], the number of steps taken before -> next_state and active, bool [B], False
            where STOP ended the walk and the state stays.
    """

    def __init__(self, interpolator: Interpolator):
        super().__init__()
        config, walker = interpolator.config, interpolator.agents.walker
        steps, rules = config.model.steps, Rules(use_stop=config.obeys_stop)
        self.agents = interpolator.agents  # so that their weights are saved
        images = tf.TensorSpec([None, *interpolator.image_shape], tf.float32)

        @tf.function(input_signature=[images, images])
        def walk(start: tf.Tensor, goal: tf.Tensor) -> Dict[str, tf.Tensor]:
            walked = rollout(walker, start, goal, steps, rules)
            return {"frames": tf.clip_by_value(walked.frames, 0.0, 1.0), "lengths": walked.lengths}

        @tf.function(input_signature=[images, images, tf.TensorSpec([], tf.int32, name="k")])
        def one_step(state: tf.Tensor, goal: tf.Tensor, k: tf.Tensor) -> Dict[str, tf.Tensor]:
            everyone = tf.ones(tf.shape(state)[:1], tf.bool)
            taken = step(walker, k, steps, walker.begin(state), goal, everyone, rules)
            following = taken.canvas[..., : state.shape[-1]]
            return {"next_state": tf.clip_by_value(following, 0.0, 1.0), "active": taken.active}

        self.walk, self.step = walk, one_step


def export(interpolator: Interpolator, folder: Path) -> None:
    """Writes a SavedModel with the signatures `walk` and `step`, see `Exported`.

    Raises:
        FileError: the folder is there already and not empty, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileError(f"{folder} already exists and is not empty; give another --out")
    model = Exported(interpolator)
    try:
        tf.saved_model.save(model, str(folder), {"walk": model.walk, "step": model.step})
    except tf.errors.OpError as error:
        raise FileError(f"cannot write {folder}: {error.message}") from None
