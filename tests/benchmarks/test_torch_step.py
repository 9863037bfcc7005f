"""The yardstick of benchmarks/speed.py is the same model: equal weights give equal frames, losses and gradients."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tiny_trainers import trainer_of

from tf_interp.model.rollout import Rules, rollout
from tf_interp.training.episodes import goal_distance, make_episode
from tf_interp.training.rewards import rewards_of_steps

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from measurements.torch_step import TorchStep  # noqa: E402

SHAPE = (10, 10, 1)  # halved to 5 and 3, so that paddings are not symmetric
REWARDS = dict(
    goal_weight=2.0, flow_cost=0.5, roughness_cost=0.7, motion_cost=0.3, departure_cost=0.2, painting_cost=1.5,
    mixture_weight=4.0,
)  # fmt: skip


def copy(layer, module):
    """Copies a Keras layer's weights into a PyTorch module of its kind."""
    kernel, bias = (variable.numpy() for variable in layer.trainable_variables)
    module = getattr(module, "layer", module)
    axes = (1, 0) if kernel.ndim == 2 else (3, 2, 0, 1)
    with torch.no_grad():
        module.weight.copy_(torch.tensor(kernel.transpose(axes)))
        module.bias.copy_(torch.tensor(bias))


def layers_of(trainer, step):
    """Pairs of a Keras layer and its PyTorch module."""
    policy, transformer = trainer.agents.policy, trainer.agents.transformer
    critic = trainer.critics["mixture_weight"].network
    for body, other in ((policy.body, step.policy.body), (critic.body, step.critic.body)):
        yield from zip(body.layers, other.layers)
    yield from ((getattr(policy, name), getattr(step.policy, name)) for name in ("mean", "raw_stddev", "stop"))
    yield critic.head, step.critic.head
    for name in ("encoder", "upsample", "decoder"):
        yield from zip(getattr(transformer, name), getattr(step.transformer, name))
    yield transformer.unpack_command.layers[0], step.transformer.unpack_command
    yield transformer.bottleneck, step.transformer.bottleneck
    yield from ((layer, step.transformer.heads[name]) for name, layer in transformer.heads.items())


@pytest.fixture
def twins(random):
    trainer = trainer_of(SHAPE, transformations=("warp", "blend"), steps=3, policy_features=(4, 6, 6), **REWARDS)
    for network in trainer.networks.values():
        for variable in network.trainable_variables:
            variable.assign(variable + 0.1 * random.randn(*variable.shape))
    step = TorchStep(trainer.config, SHAPE[0], SHAPE[2])
    for layer, module in layers_of(trainer, step):
        copy(layer, module)
    return trainer, step


def test_as_many_weights(twins):
    trainer, step = twins
    assert step.parameters == sum(trainer.parameter_counts().values())


def test_frames_loss_and_gradients_are_those_of_tensorflow(twins, random):
    trainer, step = twins
    start, goal = random.rand(2, 4, *SHAPE).astype(np.float32)
    config, distance = trainer.config, goal_distance("l2", None)
    measure = rewards_of_steps(config.reward, trainer.critics, distance, config.model.steps)
    with tf.GradientTape() as tape:
        walk = rollout(trainer.agents.walker, start, goal, config.model.steps, Rules(measure=measure))
        episode, _ = make_episode(walk, config.reward, distance)
        expected = -tf.reduce_mean(tf.reduce_sum(episode.rewards, axis=1))
    pairs = [torch.tensor(image.transpose(0, 3, 1, 2)) for image in (start, goal)]
    loss, frames = step.agents_loss(*pairs, draws=False)
    np.testing.assert_allclose(frames.detach().numpy().transpose(0, 1, 3, 4, 2), walk.frames, atol=1e-5)
    assert float(loss.detach()) == pytest.approx(float(expected), rel=1e-5)

    loss.backward()
    layer, module = trainer.agents.transformer.encoder[0], step.transformer.encoder[0].layer
    slope = tape.gradient(expected, layer.kernel).numpy()
    np.testing.assert_allclose(module.weight.grad.numpy().transpose(2, 3, 1, 0), slope, atol=1e-4 * np.abs(slope).max())
