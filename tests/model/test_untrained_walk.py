"""A walk of a new model stands still, whatever the commands, and learns."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp import config
from tf_interp.model.agents import Agents
from tf_interp.model.rollout import Rules, rollout
from tf_interp.training.trainer import Trainer

SHAPE = (10, 9, 3)
SMALL = config.settings(
    transformations=("warp", "recolor", "blend"), steps=3, command_size=4, policy_features=(4, 6),
    transformer_features=(4, 6), batch_size=4, painting_cost=1.0,
)  # fmt: skip


@pytest.fixture
def pair(random):
    start, goal = random.uniform(size=[2, 4, *SHAPE]).astype(np.float32)
    start[0, 0], goal[0, 0] = 1.0, 0.0  # the ends of the range too
    return tf.constant(start), tf.constant(goal)


def walk(agents, start, goal):
    return rollout(agents.walker, start, goal, 3, Rules(tf.constant([1, 2])))


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_an_untrained_walk_stands_still_whatever_the_commands(pair, precision):
    frames = walk(Agents(SMALL.model, SHAPE, precision), *pair).frames
    np.testing.assert_allclose(frames, np.repeat(pair[0][:, np.newaxis], 4, axis=1), rtol=0, atol=1e-6)


def test_after_one_update_every_head_has_a_gradient(pair):
    trainer = Trainer(SMALL, SHAPE, "float32")
    trainer.train_step(*pair)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(walk(trainer.agents, *pair).frames[:, -1] - pair[1]))
    heads = trainer.agents.transformer.heads
    for name, (kernel, bias) in tape.gradient(loss, {name: layer.weights for name, layer in heads.items()}).items():
        assert np.abs(kernel).max() > 0 and np.abs(bias).max() > 0, name
    assert set(heads) == {"mu_flow", "alpha_recolor", "recolor_matrix", "recolor_bias", "alpha_blend", "synthesis"}
