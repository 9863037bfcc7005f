"""Where TensorBoard shows what is logged: pages in the order of what one asks, and a sentence under each chart."""

from fnmatch import fnmatch
from typing import Dict, NamedTuple

LEARNS, ARRIVES, STEPS, SURE = "1 Does it learn", "2 Does it arrive", "3 What does each step do", "4 Is pi sure"
CRITICS, GRADIENTS, LAYERS = "5 Critics and baseline", "6 Gradients", "7 Gradients of each layer"


class Chart(NamedTuple):
    """A chart.

    Attributes:
        tag: its name in TensorBoard, a page and the name in metrics.jsonl.
        text: the description under it.
    """

    tag: str
    text: str


PAGES: Dict[str, Dict[str, str]] = {
    LEARNS: {
        "return": "What a walk earns, mean over the batch: the sum of all rewards. Training raises it towards 0.",
        "reward/*": "The part of the return that this reward has. At most 0.",
        "loss": "What the optimiser lowers. Of BPTT it is minus the return.",
        "learning_rate": "Adam's learning rate for T.",
        "seconds": "Time spent training, without interruptions.",
    },
    ARRIVES: {
        "held_out/goal_relative": "The residual on 64 pairs that are not trained on: ||s_K - g||^2 over ||s_0 - g||^2.",
        "held_out/largest_step_ratio": "Largest step / even share, on the same pairs. 1: all are equal, K: one jump.",
        "held_out/mean_length": "Steps taken, on the same pairs.",
        "goal_distance": "||s_K - g||^2 of the walks that were trained on, whose commands are drawn.",
        "start_distance": "||s_0 - g||^2 of the same walks, where they began.",
        "episode_length": "Steps that walks of the batch took.",
        "budget_hits": "Share of walks that the budget ended, not STOP.",
        "final/*": "On all held-out pairs, after training; metrics.json has the same.",
    },
    STEPS: {
        "flow_magnitude": "Mean length of the flow of a step, in pixels.",
        "sigma_flow": "Mean standard deviation of the flow, in pixels, where T draws it.",
        "alpha_*": "Mean of this mask over pixels and steps. 1 keeps all, 0 replaces all.",
        "*/strips": "Held-out walks: start, steps, goal. Under each walk stand ",
        "*/flow": "Flows of held-out walks, in pixels.",
    },
    SURE: {
        "command_stddev": "Mean standard deviation of the commands that pi draws. It falls as pi grows sure.",
        "command_log_stddev": "Mean of its logarithm, in which a collapse shows first.",
        "command_stddev_least": "The least of all in the batch. Near 0 the gradients of policy gradients explode.",
        "stop_probability": "Mean probability of STOP.",
        "expected_length": "Mean length of a walk over all times at which STOP could end it.",
        "*/command": "Commands of held-out walks.",
    },
    CRITICS: {
        "discriminator/real": "Logit of the discriminator for real images.",
        "discriminator/fake": "Logit of the discriminator for frames. Near that for real ones it is fooled.",
        "mixture_critic/guess": "How far the critic thinks frames are from an end.",
        "mixture_critic/answer": "How far they are.",
        "mixture_critic/on_real": "What it says of real images; the answer is 0.",
        "value_loss": "Squared error of V, the baseline.",
        "advantage/*": "Return minus V, before it is scaled.",
        "*critic*/*": "How this critic learns.",
        "discriminator/*": "How the discriminator learns.",
    },
    GRADIENTS: {"gradient_norm/*": "Norm of the gradient of this network, before clipping; all: of both agents."},
    LAYERS: {"layer_gradient_norm/*": "Norm of the gradient of one layer."},
}
"""Page -> pattern of names -> description. The first pattern that fits counts."""


def chart(name: str) -> Chart:
    """The chart of something by its name in metrics.jsonl; what has no row is on the first page."""
    for page, rows in PAGES.items():
        for pattern, text in rows.items():
            if fnmatch(name, pattern):
                return Chart(f"{page}/{name}", text)
    return Chart(f"{LEARNS}/{name}", "")
