"""Trainers of very small networks, and a few iterations of them."""

from tf_interp.config import settings
from tf_interp.data.pairs import training_pairs
from tf_interp.training.trainer import Trainer

SHAPE = (8, 8, 1)
SMALL = dict(
    policy_features=(4, 8), transformer_features=(4, 8), command_size=4, steps=2, batch_size=8, learning_rate=1e-2,
    final_learning_rate=1e-3, iterations=80,
)  # fmt: skip


def trainer_of(shape=SHAPE, devices=None, waypoints=None, **changes):
    """A float32 trainer with the settings SMALL, but for some of them."""
    return Trainer(settings(**{**SMALL, **changes}), shape, "float32", waypoints, devices)


def train(trainer, images, iterations):
    """Trains on random pairs of `images`; returns the scalars of every iteration."""
    rows = []
    pairs = trainer.distribute(
        training_pairs(images, trainer.config.optimizer.batch_size, trainer.config.seed, trainer.done)
    )
    for _, pair in zip(range(iterations), pairs):
        rows.append({name: float(value) for name, value in trainer.train_step(*pair).items()})
    return rows


def weights(trainer, *names):
    """Network -> its trainable weights, NumPy; of all networks, or of those named."""
    chosen = names or trainer.networks
    return {name: [variable.numpy() for variable in trainer.networks[name].trainable_variables] for name in chosen}
