"""Named settings: where a run differs from the defaults of `Config`, by script, preset and method."""

from typing import Any, Dict, List

from tf_interp.config import Config, from_dict

Settings = Dict[str, Any]

# All three transformations, in larger networks than the digits' (sections 4.2, 4.3). The command is a map of 8 x 8 x 16
# numbers, a twelfth of what an image has.
_FACES: Settings = {
    "data": "celeba", "transformations": ("warp", "recolor", "blend"), "steps": 4, "max_flow": 6.0,
    "command_size": 1024, "spatial_command": True, "policy_features": (32, 64, 96),
    "transformer_features": (32, 64, 96), "patch": 2, "skips": "add", "batch_size": 8, "learning_rate": 1e-3,
    "final_learning_rate": 1e-5, "clip_norm": 1000.0, "iterations": 8000,
}  # fmt: skip

# Two faces are ||s - g||^2 = 1,500 apart, fifteen times as far as two digits, hence goal_weight. At this painting_cost
# the goal reward alone pays for painting a pixel if its channels are off by more than 0.03.
_SHARP: Settings = {
    "goal_weight": 0.2, "edge_weight": 0.01, "painting_cost": 2.0, "roughness_cost": 1.0, "motion_cost": 0.02,
    "manifold_weight": 10.0, "r1_weight": 0.1, "critic_learning_rate": 1e-3,
}  # fmt: skip

_SMALL_FACES: Settings = {
    **_FACES, **_SHARP, "command_size": 256, "policy_features": (16, 32, 48), "transformer_features": (16, 32, 48),
    "iterations": 600, "image_every": 200, "checkpoint_every": 200,
}  # fmt: skip

_DIGITS: Dict[str, Settings] = {
    # Rewarded by the last frame alone, walks tear digits in their first steps. So they are shown the way: waypoints say
    # which digits lie between two others, and are evenly spaced, and a pi that counts its steps can be there in time.
    # A critic that guesses how far a frame is from the nearer end sharpens what the waypoints blur. Patches and added
    # skips make T and so the step three times as fast, which pays for more iterations.
    "bptt": {
        "transformations": ("warp", "blend"), "patch": 2, "skips": "add", "transformer_features": (24, 48),
        "policy_features": (16, 32, 64), "command_size": 64, "counts_steps": True, "goal_weight": 19.0,
        "waypoint_weight": 4.0, "mixture_weight": 650.0, "critic_learning_rate": 1e-3, "flow_cost": 0.1,
        "roughness_cost": 0.6, "evenness_cost": 0.3, "painting_cost": 2.25, "learning_rate": 4e-3,
        "iterations": 5500,
    },
    # Eq. 8 pretends that each pixel has noise of its own. Its gradients point along the true ones only if
    # mu_flow is about as smooth as the noise (results/gradient_alignment), so T decodes at 7 x 7 too.
    # For the same reason sigma_flow, left to learn, falls or grows without end; so it stays at 0.7. Flows of
    # neighbours that can differ by less than their distance, 4 pixels, cannot fold; with larger ones the
    # noise of the gradients carried T off to where every image is torn and nothing it does matters. pi is
    # slow, so that T can learn to read its commands, and its noise must leave the goal legible in them.
    "pg": {
        "map_halvings": 2, "max_flow": 1.5, "goal_weight": 0.02, "initial_sigma_flow": 0.001,
        "sigma_flow_floor": 0.7, "gae_lambda": 0.0, "batch_size": 128, "learning_rate": 5e-4,
        "policy_learning_rate": 2e-5, "final_learning_rate": 2e-5, "clip_norm": 1.0, "iterations": 4000,
    },
    # T learns to read whatever code pi begins with, so long as pi changes it slowly and its noise leaves the
    # goal legible: a long command with little noise, and a pi many times slower than T.
    "hybrid": {
        "map_halvings": 1, "command_size": 512, "initial_stddev": 0.005, "stddev_floor": 0.005,
        "advantage_clip": 3.0, "gradient_threshold": 10.0, "gae_lambda": 0.5, "policy_learning_rate": 3e-5,
        "value_learning_rate": 2e-3, "iterations": 4500,
    },
    # STOP must not count: told how many steps are left, it learns that it never pays to stop at once. Priced by their
    # distance from one length, steps are many where the way is long; all stop times are paid for, each as likely as it
    # is, so that STOP learns without noise. Flows that differ by less than the pixels' distance hardly fold.
    "bptt_stop": {
        "stop_estimator": "exact", "normalize_advantages": False, "steps": 15, "transformations": ("warp", "blend"),
        "patch": 2, "skips": "add", "map_halvings": 1, "max_flow": 1.25, "transformer_features": (24, 48),
        "policy_features": (16, 32, 64), "command_size": 64, "goal_weight": 25.0, "step_penalty": 10.0,
        "pace_cost": 8.0, "pace": 2.0, "mixture_weight": 300.0, "critic_learning_rate": 1e-3, "flow_cost": 0.1,
        "roughness_cost": 4.0, "folding_cost": 8000.0, "painting_cost": 2.0, "iterations": 2000,
    },
}  # fmt: skip

_NARROW: Settings = {
    "iterations": 300, "steps": 3, "policy_features": (16, 32, 32), "image_every": 100, "checkpoint_every": 100,
}  # fmt: skip
_TWO_LEVELS = ("bptt", "bptt_stop")  # methods whose default T has two levels; the others have three

# What a method needs, or what its presets ask for unless they say otherwise.
_METHODS: Dict[str, Settings] = {
    "bptt": {},
    "pg": {"stochastic_flow": True, "normalize_advantages": True},
    "hybrid": {"normalize_advantages": True},
    "bptt_stop": {"normalize_advantages": True},
}

ANY = "any method"
PRESETS: Dict[str, Dict[str, Dict[str, Settings]]] = {
    "mnist": {
        "default": _DIGITS,
        "paper": {
            # Section 4.5 compares BPTT and policy gradients on one model: "both pi and T were now producing only
            # Gaussian actions", and footnote 1: without the trick of eq. 8.
            "bptt": {"stochastic_flow": True, "noise_size": None},
            "pg": {
                "noise_size": None, "normalize_advantages": False, "batch_size": 128, "learning_rate": 5e-4,
                "clip_norm": 1.0, "iterations": 4000,
            },
            "hybrid": {"normalize_advantages": False, "iterations": 1000},
            "bptt_stop": {
                "steps": 15, "step_penalty": 1.0, "normalize_advantages": False, "learning_rate": 1e-3,
                "clip_norm": 30.0, "iterations": 2000,
            },
        },
        "quick": {
            method: {**settings, **_NARROW, "transformer_features": (16, 32) if method in _TWO_LEVELS else (8, 16, 32)}
            for method, settings in _DIGITS.items()
        },
        "lines": {
            ANY: {
                "data": "lines", "steps": 15, "transformer_features": (8, 16, 32), "policy_features": (16, 32, 64),
                "iterations": 600, "batch_size": 16, "image_every": 200, "checkpoint_every": 100,
            },
            # One angle a step turns a line, and composed steps blur it once. Goals on the other side pull from afar
            # only on a coarse grid. A walk of one step shows best which way to turn, so some batches have few steps.
            "bptt": {
                "transformations": ("similarity",), "composition": True, "counts_steps": True,
                "steps_drawn": (1, 2, 4, 15), "patch": 2, "transformer_features": (16, 32), "max_flow": 0.01,
                "goal_weight": 0.3, "coarse_goal_weight": 0.1, "flow_cost": 0.02, "clip_norm": 20.0, "batch_size": 64,
            },
        },
    },
    "celeba": {
        "default": {ANY: {**_FACES, **_SHARP}},
        "paper": {ANY: {**_FACES, "manifold_weight": 10.0}},
        "quick": {ANY: _SMALL_FACES},
        "demo": {ANY: {**_SMALL_FACES, "data": "faces"}},
    },
}  # fmt: skip

PRESET_HELP: Dict[str, Dict[str, str]] = {
    "mnist": {
        "default": "for bptt the run shown in results/; for the other methods settings to start from",
        "paper": "what the paper states of each method (section 4.5): 5 steps, or a budget of 15; no reward or remedy "
        "of ours but those that docs/deviations.md lists for every run",
        "lines": "the lines benchmark: 15 steps, so that start and steps are its 16 frames",
        "quick": "a narrow network and few iterations: the whole pipeline in under 2 minutes",
    },
    "celeba": {
        "default": "all transformations, and rewards that keep frames sharp",
        "paper": "what the paper states (sections 4.4, 4.6): BPTT on the rewards of goal and manifold, and no other",
        "quick": "narrow networks, few iterations: the whole pipeline in minutes",
        "demo": "as quick, on faces that the program draws; --demo for short",
    },
}


def settings_of(script: str, preset: str, method: str) -> Settings:
    """The settings, by their flat names, in which a preset differs from `Config`, for a method."""
    rows = PRESETS[script][preset]
    return {**_METHODS[method], **rows.get(ANY, {}), **rows.get(method, {}), "method": method}


def departures(config: Config) -> List[str]:
    """Names of the settings in which a run differs from the default preset for its data and method."""
    script = "celeba" if config.data in ("celeba", "faces") else "mnist"
    usual = from_dict(settings_of(script, "default", config.method), origin="preset").to_dict()
    return [name for name, value in config.to_dict().items() if value != usual[name]]
