"""Named settings: where a run differs from the defaults of `Config`, by script, preset and method."""

from typing import Any, Dict

Settings = Dict[str, Any]

ANY = "any method"
PRESETS: Dict[str, Dict[str, Dict[str, Settings]]] = {
    "mnist": {
        "default": {
            # Advantages at batch 128 are quiet enough for policy gradients; T's log-likelihood sums 1,568 pixels, so
            # its gradients are large and Adam's steps must be small.
            "pg": {
                "batch_size": 128, "learning_rate": 3e-4, "final_learning_rate": 3e-5, "clip_norm": 1.0,
                "iterations": 12000, "initial_stddev": 0.5,
            },
            "hybrid": {"stddev_floor": 0.05, "advantage_clip": 3.0, "gradient_threshold": 10.0},
            "bptt_stop": {"steps": 15, "step_penalty": 2.0, "batch_size": 32, "iterations": 2500},
        },
        "paper": {
            "bptt": {"steps": 5},
            "pg": {"steps": 5, "noise_size": None},
            "hybrid": {"steps": 5, "stddev_floor": 0.0, "advantage_clip": None, "gradient_threshold": None},
            "bptt_stop": {"steps": 15},
        },
        "quick": {
            ANY: {
                "iterations": 300, "steps": 3, "batch_size": 32, "max_flow": 6.0, "transformer_features": (8, 16, 32),
                "policy_features": (16, 32, 32), "image_every": 100, "checkpoint_every": 100,
            },
        },
        "lines": {
            ANY: {
                "data": "lines", "steps": 15, "transformer_features": (8, 16, 32), "policy_features": (16, 32, 64),
                "iterations": 600, "batch_size": 16, "image_every": 200, "checkpoint_every": 100,
            },
        },
    },
}  # fmt: skip

PRESET_HELP = {
    "default": "for bptt the run shown in results/; for the other methods settings to start from",
    "paper": "what the paper states of each method (section 4.5): 5 steps, or a budget of 15, and none of our remedies",
    "lines": "the lines benchmark: 15 steps, so that start and steps are its 16 frames",
    "quick": "a narrow network and few iterations: the whole pipeline in under 2 minutes",
}


def settings_of(script: str, preset: str, method: str) -> Settings:
    """The settings of a preset for a method: the method's default ones, then the preset's."""
    tuned, chosen = PRESETS[script]["default"], PRESETS[script][preset]
    return {**tuned.get(method, {}), **chosen.get(ANY, {}), **chosen.get(method, {}), "method": method}
