"""Named settings: where a run differs from the defaults of `Config`, by script, preset and method."""

from typing import Any, Dict

Settings = Dict[str, Any]

_SMALL_FACES: Settings = {
    "steps": 4, "command_size": 64, "policy_features": (16, 32, 48, 64), "transformer_features": (8, 16, 32, 48),
    "map_halvings": 1, "batch_size": 8, "iterations": 600, "image_every": 200, "checkpoint_every": 200,
}  # fmt: skip

_GOAL_ALONE: Settings = {
    "map_halvings": 0, "goal_weight": 1.0, "flow_cost": 0.0, "roughness_cost": 0.0, "manifold_weight": 0.0,
}  # fmt: skip

ANY = "any method"
PRESETS: Dict[str, Dict[str, Dict[str, Settings]]] = {
    "mnist": {
        "default": {
            # Rewarded by the last frame alone, walks tear digits in their first steps. What holds every frame on the
            # manifold: small flows, smooth ones, and a discriminator that its R1 penalty leaves strong enough to
            # tell torn digits (at 1 it stays at chance; at 0.02 it wins, and the walks break down).
            "bptt": {
                "max_flow": 2.0, "map_halvings": 1, "goal_weight": 2.0, "flow_cost": 0.3, "roughness_cost": 1.5,
                "manifold_weight": 3.0, "r1_weight": 0.1, "discriminator_learning_rate": 1e-3, "iterations": 5200,
            },
            # Eq. 8 pretends that each pixel has noise of its own. Its gradients point along the true ones only if
            # mu_flow is about as smooth as the noise (results/gradient_alignment), so T decodes at 7 x 7 too.
            # For the same reason sigma_flow, left to learn, falls or grows without end; so it stays at 0.7. Flows of
            # neighbours that can differ by less than their distance, 4 pixels, cannot fold; with larger ones the
            # noise of the gradients carried T off to where every image is torn and nothing it does matters. pi is
            # slow, so that T can learn to read its commands, and its noise must leave the goal legible in them.
            "pg": {
                "map_halvings": 2, "noise_size": 7, "max_flow": 1.5, "goal_weight": 0.02, "initial_sigma_flow": 0.001,
                "sigma_flow_floor": 0.7, "trace": 0.0, "batch_size": 128, "learning_rate": 5e-4,
                "policy_learning_rate": 2e-5, "final_learning_rate": 2e-5, "clip_norm": 1.0, "iterations": 4000,
            },
            # T learns to read whatever code pi begins with, so long as pi changes it slowly and its noise leaves the
            # goal legible: a long command with little noise, and a pi many times slower than T.
            "hybrid": {
                "map_halvings": 1, "command_size": 512, "initial_stddev": 0.005, "stddev_floor": 0.005,
                "advantage_clip": 3.0, "gradient_threshold": 10.0, "trace": 0.5, "policy_learning_rate": 3e-5,
                "value_learning_rate": 2e-3, "iterations": 4500,
            },
            # 15 steps deep, gradients explode now and then; at twice this learning rate flows may then end up at
            # their bound, where tanh passes no gradient.
            "bptt_stop": {
                "steps": 15, "map_halvings": 1, "max_flow": 2.0, "step_penalty": 1.0, "learning_rate": 1e-3,
                "clip_norm": 30.0, "iterations": 2000,
            },
        },
        "paper": {
            "bptt": {**_GOAL_ALONE, "steps": 5, "max_flow": 4.0, "iterations": 3600},
            "pg": {
                "steps": 5, "map_halvings": 0, "max_flow": 4.0, "goal_weight": 1.0, "initial_sigma_flow": 0.7,
                "sigma_flow_floor": 0.0, "noise_size": None, "normalize_advantages": False, "trace": 1.0,
                "policy_learning_rate": None,
            },
            "hybrid": {
                "steps": 5, "map_halvings": 0, "command_size": 32, "initial_stddev": 0.1, "stddev_floor": 0.0,
                "advantage_clip": None, "gradient_threshold": None, "normalize_advantages": False, "trace": 1.0,
                "policy_learning_rate": None, "value_learning_rate": 1e-3, "iterations": 1000,
            },
            "bptt_stop": {"steps": 15, "map_halvings": 0, "max_flow": 4.0, "normalize_advantages": False},
        },
        "quick": {
            ANY: {
                **_GOAL_ALONE, "iterations": 300, "steps": 3, "batch_size": 32, "max_flow": 6.0,
                "transformer_features": (8, 16, 32), "policy_features": (16, 32, 32), "image_every": 100,
                "checkpoint_every": 100,
            },
        },
        "lines": {
            ANY: {
                **_GOAL_ALONE, "data": "lines", "steps": 15, "max_flow": 4.0, "transformer_features": (8, 16, 32),
                "policy_features": (16, 32, 64), "iterations": 600, "batch_size": 16, "image_every": 200,
                "checkpoint_every": 100,
            },
        },
    },
    "celeba": {
        "default": {
            # All three transformations and larger networks (sections 4.2, 4.3). Rewarded by the last frame's L2 alone,
            # such a model paints blurred goals and goes there through dark heads; the other rewards are against that.
            # Two faces are ||s - g||^2 = 1,000 apart, ten times as far as two digits, hence goal_weight. At this
            # painting_cost the goal reward alone pays for painting a pixel if its channels are off by more than 0.09.
            # The maps have every pixel of their own, because D, too, would be blurred at half resolution.
            ANY: {
                "data": "celeba", "transformations": ("warp", "recolor", "blend"), "steps": 5, "max_flow": 6.0,
                "command_size": 128, "policy_features": (32, 64, 96, 128), "transformer_features": (16, 32, 64, 96),
                "goal_weight": 0.1, "frame_goal_weight": 0.02, "gradient_weight": 0.02, "painting_cost": 10.0,
                "roughness_cost": 1.0, "manifold_weight": 5.0, "batch_size": 16, "learning_rate": 1e-3,
                "final_learning_rate": 1e-5, "iterations": 12000,
            },
        },
        "paper": {
            ANY: {
                "goal_weight": 1.0, "frame_goal_weight": 0.0, "gradient_weight": 0.0, "painting_cost": 0.0,
                "roughness_cost": 0.0,
            },
        },
        "quick": {ANY: _SMALL_FACES},
        "demo": {ANY: {**_SMALL_FACES, "data": "faces"}},
    },
}  # fmt: skip

PRESET_HELP: Dict[str, Dict[str, str]] = {
    "mnist": {
        "default": "for bptt the run shown in results/; for the other methods settings to start from",
        "paper": "what the paper states of each method (section 4.5): 5 steps, or a budget of 15; no remedies",
        "lines": "the lines benchmark: 15 steps, so that start and steps are its 16 frames",
        "quick": "a narrow network and few iterations: the whole pipeline in under 2 minutes",
    },
    "celeba": {
        "default": "all transformations, and rewards that keep frames sharp",
        "paper": "what the paper states (sections 4.4, 4.6): BPTT on the rewards of goal and manifold; no remedies",
        "quick": "narrow networks, few iterations: the whole pipeline in minutes",
        "demo": "as quick, on faces that the program draws; --demo for short",
    },
}


def settings_of(script: str, preset: str, method: str) -> Settings:
    """The settings of a preset for a method: the script's default ones, then the preset's."""
    settings: Settings = {}
    for layer in (PRESETS[script]["default"], PRESETS[script][preset]):
        settings.update({**layer.get(ANY, {}), **layer.get(method, {})})
    return {**settings, "method": method}
