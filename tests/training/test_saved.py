"""Weights from one run into the next."""

import numpy as np
import pytest
from tiny_trainers import SHAPE, trainer_of

from tf_interp.errors import FileError
from tf_interp.model.interpolator import load_interpolator
from tf_interp.training.saved import load_initial_weights, save_model


@pytest.fixture
def first(tmp_path):
    """A trainer with a critic and random weights, saved as a run's."""
    trainer = trainer_of(manifold_weight=1.0)
    random = np.random.RandomState(0)
    for network in trainer.networks.values():
        network.set_weights([random.normal(size=value.shape) for value in network.get_weights()])
    save_model(trainer.networks, trainer.config, SHAPE, tmp_path / "model")
    return trainer


def test_a_run_begins_with_the_weights_of_another_those_of_critics_too(first, tmp_path):
    second = trainer_of(manifold_weight=1.0)
    load_initial_weights(second.networks, tmp_path)
    assert list(second.networks) == ["policy", "transformer", "discriminator"]
    for name, network in second.networks.items():
        for mine, other in zip(network.get_weights(), first.networks[name].get_weights()):
            np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("other", [dict(command_size=3), dict(mixture_weight=1.0)], ids=str)
def test_networks_that_do_not_fit_are_refused_with_the_settings_that_do(first, tmp_path, other):
    trainer = trainer_of(**{"manifold_weight": 1.0, **other})
    with pytest.raises(FileError, match="^initial_model: .* belong to other settings.*--config .*/config.json$"):
        load_initial_weights(trainer.networks, tmp_path)
    with pytest.raises(FileError, match="no model in .*nowhere"):
        load_initial_weights(trainer.networks, tmp_path / "nowhere")


def test_the_agents_alone_are_loaded_to_walk(first, tmp_path):
    loaded = load_interpolator(tmp_path)
    assert loaded.image_shape == SHAPE and loaded.config == first.config
    for name in ("policy", "transformer"):
        for mine, other in zip(getattr(loaded.agents, name).get_weights(), first.networks[name].get_weights()):
            np.testing.assert_array_equal(mine, other)
