"""The rewards of a rollout, as one table. Its first four rows are the four rewards of section 3.

A row says which weight of `RewardConfig` it has, whether it is earned by a step or by ending, and its value per unit of
weight, <= 0. A reward earned by ending is known for every s_k, as if the rollout ended there; so the returns of all
possible stop times come from the same rows as the rewards. To add a reward, add its weight to `RewardConfig` and a row
here.
"""

from functools import reduce
from operator import add
from typing import Any, Callable, Dict, Literal, NamedTuple, Optional, Tuple

import tensorflow as tf

from tf_interp.config import RewardConfig
from tf_interp.model.rollout import Measure
from tf_interp.model.structs import Trajectory, TransformParams
from tf_interp.model.transforms.similarity import similarity_flow
from tf_interp.training.critics import Critic
from tf_interp.training.masks import masks
from tf_interp.training.measures import distance as pixel_distance
from tf_interp.training.measures import (
    edge_distance,
    flow_energy,
    flow_folds,
    flow_roughness,
    painted_share,
    pyramid_distance,
    step_spread,
)

Distance = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""(image, goal) float32 [...,H,W,C] -> [...], >= 0."""


class Steps(NamedTuple):
    """Steps of rollouts, any N of them, as the rewards of a step see them.

    Attributes:
        k: int32 [N], which step of its rollout each is.
        budget: K.
        state, next_state, goal: float32 [N,H,W,C] in [0, 1]; s_k, s_{k+1} and g.
        params: what T predicted, tensors [N,...].
        distance: (image, goal) -> float32 [N], the norm of the goal reward.
        critics: weight of `RewardConfig` -> the critic that it is for.
        pace: of `RewardConfig`.
    """

    k: tf.Tensor
    budget: int
    state: tf.Tensor
    next_state: tf.Tensor
    goal: tf.Tensor
    params: TransformParams
    distance: Distance
    critics: Dict[str, Critic]
    pace: float


class Term(NamedTuple):
    """One reward.

    Attributes:
        weight: its weight's name in `RewardConfig`.
        earned: "step": by the step s_k -> s_{k+1}, if it is taken; "end": by ending at s_k.
        value: `Steps` -> [N], or for "end" `Ends` -> [B,K+1]; float32, <= 0, for a weight of 1, and differentiable.
    """

    weight: str
    earned: Literal["step", "end"]
    value: Callable[[Any], tf.Tensor]


class Ends(NamedTuple):
    """States that rollouts can end at, as the rewards for ending see them.

    Attributes:
        states: float32 [B,K+1,H,W,C], s_0 ... s_K.
        goal: float32 [B,1,H,W,C].
        distance: see `Steps`; here of [B,K+1].
        waypoints: float32 [B,K-1,H,W,C], w_1 ... w_{K-1}; None where their weight is 0.
    """

    states: tf.Tensor
    goal: tf.Tensor
    distance: Distance
    waypoints: Optional[tf.Tensor] = None


def _judged(weight: str) -> Callable[[Steps], tf.Tensor]:
    """What the critic of a weight says of the next states."""
    return lambda s: s.critics[weight].reward(s.next_state)


def _budget(ends: Ends) -> tf.Tensor:
    """-1 at s_K, where only the budget can end a rollout."""
    batch, count = tf.shape(ends.states)[0], ends.states.shape[1]
    return -tf.repeat(tf.one_hot([count - 1], count), batch, axis=0)


def _rising(s: Steps) -> tf.Tensor:
    """The distance of the next state from the goal, with a weight that rises evenly to 1 at s_K."""
    return -tf.cast(s.k + 1, tf.float32) / s.budget * s.distance(s.next_state, s.goal)


def _motion(s: Steps) -> tf.Tensor:
    return -pixel_distance(s.next_state, s.state, "l2")


def _pace(s: Steps) -> tf.Tensor:
    return -tf.square(tf.sqrt(pixel_distance(s.next_state, s.state, "l2") + 1e-12) - s.pace)


def _kinetic_energy(s: Steps) -> tf.Tensor:
    """The mean squared length of the flows of a step, by warp, similarity, or both."""
    flows = [s.params["mu_flow"]] if "mu_flow" in s.params else []
    if "similarity" in s.params:
        flows.append(similarity_flow(s.params["similarity"], *s.state.shape[1:3]))
    return reduce(add, [flow_energy(flow) for flow in flows])


def _off_waypoints(ends: Ends) -> tf.Tensor:
    """Of each rollout that ends at s_k, the squared distances of its frames on the way, up to s_k or s_{K-1}."""
    _, on_the_way, _ = tf.split(ends.states, [1, ends.states.shape[1] - 2, 1], axis=1)
    off = pixel_distance(on_the_way, ends.waypoints, "l2")
    return -tf.cumsum(tf.pad(off, [[0, 0], [1, 1]]), axis=1)


def _departure(s: Steps) -> tf.Tensor:
    return tf.cast(s.k == 0, tf.float32) * _motion(s)


TERMS: Dict[str, Term] = {
    "step": Term("step_penalty", "step", lambda s: -tf.ones(tf.shape(s.k))),
    "budget": Term("budget_penalty", "end", _budget),
    "manifold": Term("manifold_weight", "step", _judged("manifold_weight")),
    "goal": Term("goal_weight", "end", lambda e: -e.distance(e.states, e.goal)),
    "mixture": Term("mixture_weight", "step", _judged("mixture_weight")),
    "edges": Term("edge_weight", "end", lambda e: -edge_distance(e.states, e.goal)),
    "coarse_goal": Term("coarse_goal_weight", "end", lambda e: -pyramid_distance(e.states, e.goal)),
    "frame_goal": Term("frame_goal_weight", "step", _rising),
    "waypoints": Term("waypoint_weight", "end", _off_waypoints),
    "evenness": Term("evenness_cost", "end", lambda e: -step_spread(e.states)),
    "pace": Term("pace_cost", "step", _pace),
    "motion": Term("motion_cost", "step", _motion),
    "departure": Term("departure_cost", "step", _departure),
    "flow": Term("flow_cost", "step", lambda s: -_kinetic_energy(s)),
    "roughness": Term("roughness_cost", "step", lambda s: -flow_roughness(s.params["mu_flow"])),
    "folds": Term("folding_cost", "step", lambda s: -flow_folds(s.params["mu_flow"])),
    "painting": Term("painting_cost", "step", lambda s: -painted_share(s.params["alpha_blend"])),
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


def rewards_of_steps(weights: RewardConfig, critics: Dict[str, Critic], distance: Distance, budget: int) -> Measure:
    """The rewards that a step earns, as something to measure while it is taken.

    Args:
        weights, critics: of the rewards.
        distance: see `Steps`.
        budget: K.
    """

    def of_step(k, state, next_state, goal, params) -> Dict[str, tf.Tensor]:
        each = tf.fill(tf.shape(state)[:1], k)
        seen = Steps(each, budget, state, next_state, goal, params, distance, critics, weights.pace)
        return {name: _value(name, weights, seen) for name in names}

    names = _weighted(weights, "step")
    return Measure(names, of_step)


def pay(
    trajectory: Trajectory, weights: RewardConfig, distance: Distance, waypoints: Optional[tf.Tensor] = None
) -> Payment:
    """What rollouts earned: by their steps, as measured on the way, and by ending.

    Args:
        trajectory: rollouts that `rewards_of_steps` was measured of.
        weights: of the rewards.
        distance, waypoints: see `Ends`.
    """
    taken, last = (tf.cast(mask, tf.float32) for mask in (trajectory.active, masks(trajectory.active).last))
    ends = Ends(trajectory.frames, trajectory.goal[:, tf.newaxis], distance, waypoints)
    by_step = {name: trajectory.measured[name] for name in _weighted(weights, "step")}
    by_end = {
        name: getattr(weights, TERMS[name].weight) * TERMS[name].value(ends) for name in _weighted(weights, "end")
    }
    earned = {name: taken * value for name, value in by_step.items()}
    for name, value in by_end.items():
        earned[name] = last * tf.gather(value, trajectory.lengths, batch_dims=1)[:, tf.newaxis]
    ending = reduce(add, by_end.values(), tf.zeros(tf.shape(trajectory.frames)[:2]))
    earlier = tf.cumsum(reduce(add, by_step.values(), tf.zeros_like(taken)), axis=1)
    ordered = {name: earned[name] for name in TERMS if name in earned}
    return Payment(ordered, ending, tf.pad(earlier, [[0, 0], [1, 0]]) + ending)


def _value(name: str, weights: RewardConfig, evidence: Any) -> tf.Tensor:
    return getattr(weights, TERMS[name].weight) * TERMS[name].value(evidence)


def _weighted(weights: RewardConfig, earned: str) -> Tuple[str, ...]:
    """Names of the rows of a kind that have a weight."""
    return tuple(name for name, term in TERMS.items() if term.earned == earned and getattr(weights, term.weight))
