"""Does the policy gradient of eq. 8 point along the true one? For T's flow decoded at several resolutions.

    python benchmarks/gradient_alignment.py --out results/gradient_alignment

T draws its flow with noise at 7 x 7, enlarged, and its log-likelihood pretends that every pixel had noise of its own
(section 4.4). The noise is reparameterised here, so the gradient of the expected return can be had by backpropagation
too. Both are averaged over the same batches, for T's weights, after some training by policy gradients from the same
start; the table shows the cosine between the two averages.
"""

import argparse
import sys
from pathlib import Path
from typing import Dict, List

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()

import numpy as np
import tensorflow as tf

from tf_interp import config as configs
from tf_interp.config.presets import settings_of
from tf_interp.data.pairs import training_pairs
from tf_interp.data.sources import load_images
from tf_interp.model.rollout import GradientFlow, Rules, rollout
from tf_interp.system import files
from tf_interp.system.device import describe_device
from tf_interp.system.provenance import describe_start
from tf_interp.training.episodes import make_episode
from tf_interp.training.strategies.bptt import bptt
from tf_interp.training.trainer import Trainer


def cosine(halvings: int, options: argparse.Namespace) -> Dict[str, float]:
    """Trains for `options.iterations`, then compares the two gradients over `options.batches` batches."""
    settings = {**settings_of("mnist", "default", "pg"), "map_halvings": halvings, "iterations": options.iterations}
    config = configs.from_dict({**settings, "seed": options.seed}, "gradient_alignment")
    images, _ = load_images("mnist")
    trainer = Trainer(config, images.shape[1:], "float32")
    pairs = iter(training_pairs(images, config.optimizer.batch_size, config.seed))
    for _ in range(options.iterations):
        metrics = trainer.train_step(*next(pairs))
    walker, weights = trainer.agents.walker, trainer.agents.transformer.trainable_variables

    @tf.function
    def gradients(start: tf.Tensor, goal: tf.Tensor, seed: tf.Tensor) -> List[tf.Tensor]:
        found = []
        for objective, passing in (trainer.strategy[:2], (bptt, GradientFlow())):
            with tf.GradientTape() as tape:
                rules = Rules(seed, gradients=passing, measure=trainer.measure(trainer.config.model.steps))
                trajectory = rollout(walker, start, goal, config.model.steps, rules)
                episode, _ = make_episode(trajectory, config.reward, trainer.distance, trainer.value)
                loss = tf.reduce_mean(objective(episode).loss)
            found.append(tf.concat([tf.reshape(part, [-1]) for part in tape.gradient(loss, weights)], axis=0))
        return found

    batches = [gradients(*next(pairs), tf.constant([options.seed, batch])) for batch in range(options.batches)]
    estimated, true = (np.mean([batch[which].numpy() for batch in batches], axis=0) for which in (0, 1))
    alignment = float(estimated @ true / np.linalg.norm(estimated) / np.linalg.norm(true))
    return {"map_halvings": halvings, "cosine": alignment, "goal_distance": float(metrics["goal_distance"])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("results/gradient_alignment"))
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--batches", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [cosine(halvings, options) for halvings in (0, 1, 2)]
    lines = ["| T decodes its flow at | cosine to the true gradient |", "| --- | --- |"]
    for row in rows:
        side = 28 >> row["map_halvings"]
        lines.append(f"| {side} x {side} | {row['cosine']:.2f} |")
    with files.replaced_file(options.out / "table.md") as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    record = {**describe_start(describe_device("float32"), 0), "rows": rows}
    files.write_json(options.out / "metrics.json", record)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
