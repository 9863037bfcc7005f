"""A saved model that is small and untrained, and yet moves."""

import numpy as np

from tf_interp import Interpolator
from tf_interp.config import settings
from tf_interp.model.agents import Agents
from tf_interp.training.saved import save_model

SHAPE, STEPS = (10, 12, 3), 3


def moving_model(folder):
    """Agents with weights moved off their initial values, saved in `folder` as a run saves them."""
    config = settings(command_size=4, policy_features=(4,), transformer_features=(4, 4), steps=STEPS)
    agents, random = Agents(config.model, SHAPE), np.random.RandomState(0)
    for variable in agents.trainable_variables:
        variable.assign_add(random.normal(scale=0.2, size=variable.shape).astype(np.float32))
    save_model({network.name: network for network in (agents.policy, agents.transformer)}, config, SHAPE, folder)
    return Interpolator(agents, config, SHAPE)
