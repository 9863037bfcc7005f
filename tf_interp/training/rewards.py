"""The rewards of a rollout, as one table. Its first four rows are the four rewards of section 3.

A row says which weight of `RewardConfig` it has, whether it is earned by a step or by ending, and its value per unit of
weight, <= 0. A reward earned by ending is known for every s_k, as if the rollout ended there; so the returns of all
possible stop times come from the same rows as the rewards. To add a reward, add its weight to `RewardConfig` and a row
here.
"""

from functools import reduce
from operator import add
from typing import Callable, Dict, Literal, NamedTuple

import tensorflow as tf

from tf_interp.config import RewardConfig
from tf_interp.model.structs import Trajectory
from tf_interp.training.critics import Critic
from tf_interp.training.masks import masks
from tf_interp.training.measures import edge_distance, flow_energy, flow_roughness, painted_share, step_energy


class Evidence(NamedTuple):
    """What rewards are computed from.

    Attributes:
        trajectory: the rollouts.
        distances: float32 [B,K+1], distance of s_0 ... s_K from the goal, in the norm of the goal reward.
        critics: weight of `RewardConfig` -> the critic that it is for.
    """

    trajectory: Trajectory
    distances: tf.Tensor
    critics: Dict[str, Critic]

    def judged(self, weight: str) -> tf.Tensor:
        """What a critic says of s_1 ... s_K, float32 [B,K], <= 0."""
        return self.critics[weight].reward(self.trajectory.frames[:, 1:])


class Term(NamedTuple):
    """One reward.

    Attributes:
        weight: its weight's name in `RewardConfig`.
        earned: "step": by the step s_k -> s_{k+1}, if it is taken, [B,K]; "end": by ending at s_k, [B,K+1].
        value: `Evidence` -> float32, <= 0, for a weight of 1; differentiable in what it is made of.
    """

    weight: str
    earned: Literal["step", "end"]
    value: Callable[[Evidence], tf.Tensor]


def _budget(evidence: Evidence) -> tf.Tensor:
    """-1 at s_K, where only the budget can end a rollout."""
    batch, states = tf.shape(evidence.distances)[0], evidence.distances.shape[1]
    return -tf.repeat(tf.one_hot([states - 1], states), batch, axis=0)


def _rising(evidence: Evidence) -> tf.Tensor:
    """Distances of s_1 ... s_K from the goal, with a weight that rises evenly to 1 at s_K."""
    steps = evidence.distances.shape[1] - 1
    return -tf.range(1, steps + 1, dtype=tf.float32) / steps * evidence.distances[:, 1:]


def _departure(evidence: Evidence) -> tf.Tensor:
    energy = step_energy(evidence.trajectory.frames)
    return -tf.one_hot(0, energy.shape[1]) * energy


TERMS: Dict[str, Term] = {
    "step": Term("step_penalty", "step", lambda e: -tf.ones(tf.shape(e.trajectory.active))),
    "budget": Term("budget_penalty", "end", _budget),
    "manifold": Term("manifold_weight", "step", lambda e: e.judged("manifold_weight")),
    "goal": Term("goal_weight", "end", lambda e: -e.distances),
    "mixture": Term("mixture_weight", "step", lambda e: e.judged("mixture_weight")),
    "edges": Term("edge_weight", "end", lambda e: -edge_distance(e.trajectory.frames, e.trajectory.goal[:, None])),
    "frame_goal": Term("frame_goal_weight", "step", _rising),
    "motion": Term("motion_cost", "step", lambda e: -step_energy(e.trajectory.frames)),
    "departure": Term("departure_cost", "step", _departure),
    "flow": Term("flow_cost", "step", lambda e: -flow_energy(e.trajectory.params["mu_flow"])),
    "roughness": Term("roughness_cost", "step", lambda e: -flow_roughness(e.trajectory.params["mu_flow"])),
    "painting": Term("painting_cost", "step", lambda e: -painted_share(e.trajectory.params["alpha_blend"])),
}
"""Name in the logs -> reward. Rewards are summed in this order."""


class Payment(NamedTuple):
    """What rollouts earned.

    Attributes:
        rewards: name -> float32 [B,K], only those with a weight; zero where not earned.
        ending: float32 [B,K+1], what ending at s_k earns there and then.
        ending_returns: float32 [B,K+1], what a rollout earns in all if it ends at s_k, k = 0 ... K-1 by STOP, k = K by
            the budget.
    """

    rewards: Dict[str, tf.Tensor]
    ending: tf.Tensor
    ending_returns: tf.Tensor


def pay(evidence: Evidence, weights: RewardConfig) -> Payment:
    """Evaluates every row that has a weight."""
    active = evidence.trajectory.active
    taken, last = (tf.cast(mask, tf.float32) for mask in (active, masks(active).last))
    rewards, by_step, by_end = {}, [], []
    for name, term in TERMS.items():
        weight = getattr(weights, term.weight)
        if not weight:
            continue
        value = weight * term.value(evidence)
        if term.earned == "step":
            by_step.append(value)
            rewards[name] = taken * value
        else:
            by_end.append(value)
            rewards[name] = last * tf.gather(value, evidence.trajectory.lengths, batch_dims=1)[:, tf.newaxis]
    ending = _sum(by_end, evidence.distances)
    earlier = tf.pad(tf.cumsum(_sum(by_step, taken), axis=1), [[0, 0], [1, 0]])
    return Payment(rewards, ending, earlier + ending)


def _sum(values, like: tf.Tensor) -> tf.Tensor:
    return reduce(add, values) if values else tf.zeros(tf.shape(like))
