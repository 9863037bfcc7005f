"""Training: networks, optimisers and the one compiled step. The only place that differentiates and optimises."""

from typing import Any, Dict, Iterator, List, Optional

import tensorflow as tf

from tf_interp.config import Config
from tf_interp.config.usage import check_usage
from tf_interp.features.perception import load_perception
from tf_interp.model.agents import Agents
from tf_interp.model.networks.value import Value
from tf_interp.model.rollout import Measure, Rules, rollout
from tf_interp.model.structs import ImageShape, Trajectory
from tf_interp.system.keras2 import keras
from tf_interp.system.replicas import DEVICES, check_replicas, distributed, mean
from tf_interp.training.critics import Critic, build_critics
from tf_interp.training.diagnostics import (
    Metrics,
    layer_gradient_norms,
    maps_measure,
    means,
    reward_metrics,
    rollout_metrics,
)
from tf_interp.training.divergence import DivergenceWatch
from tf_interp.training.episodes import goal_distance, make_episode
from tf_interp.training.optimizers import AGENTS, build_optimizers
from tf_interp.training.rewards import rewards_of_steps
from tf_interp.training.saved import Networks
from tf_interp.training.strategies import STRATEGIES
from tf_interp.training.waypoints import Waypoints


class Trainer:
    """Owns everything that training changes.

    Args:
        config: settings.
        image_shape: (H, W, C).
        precision: Keras dtype policy, as settled by `device.describe_device`.
        waypoints: needed where they have a weight.
        devices: creates the variables and runs the step; default: what config.optimizer.devices names.

    Attributes:
        agents: `Agents`.
        critics: weight of a reward -> its critic.
        networks: every network there is, by name, in the order in which they were created.
        distance: of the goal reward, see `episodes.goal_distance`.
        iteration: int64 variable, number of updates made.
        seconds: float64 variable, time spent training, over all resumed parts; the training loop keeps it.
        divergence: knows whether anything was not finite.
        checkpoint: `tf.train.Checkpoint` of weights, optimiser states and these two.

    Raises:
        InputError: settings that do not go together, with each other or with the images.
    """

    def __init__(
        self,
        config: Config,
        image_shape: ImageShape,
        precision: str,
        waypoints: Optional[Waypoints] = None,
        devices: Optional[tf.distribute.Strategy] = None,
    ):
        check_usage(config)
        self.config = config
        self.strategy = STRATEGIES[config.method](config)
        self.waypoints = waypoints
        perceptual = config.reward.goal_norm == "perceptual"
        classifier = config.reward.classifier
        perceive = load_perception(config.data, classifier, image_shape) if perceptual else None
        self.distance = goal_distance(config.reward.goal_norm, perceive)
        self.devices = devices or DEVICES[config.optimizer.devices]()
        check_replicas(self.devices, config.optimizer.batch_size, config.policy_gradient.trains == "alternate")
        keras.utils.set_random_seed(config.seed)
        with self.devices.scope():
            self._build_networks(image_shape, precision)
            self.optimizers = build_optimizers(self.networks, config.optimizer, config.policy_gradient, config.critic)
            self.iteration = tf.Variable(0, trainable=False, dtype=tf.int64, name="iteration")
            self.seconds = tf.Variable(0.0, trainable=False, dtype=tf.float64, name="seconds")
            self.divergence = DivergenceWatch()
        self.checkpoint = tf.train.Checkpoint(
            models=Networks(self.networks),
            optimizers=self.optimizers,
            iteration=self.iteration,
            seconds=self.seconds,
        )

    @property
    def done(self) -> int:
        """Number of updates made."""
        return int(self.iteration.numpy())

    @property
    def seconds_spent(self) -> float:
        """Seconds of training up to the last checkpoint."""
        return float(self.seconds.numpy())

    def parameter_counts(self) -> Dict[str, int]:
        """Network name -> number of trainable weights."""
        return {name: net.count_params() for name, net in self.networks.items()}

    def distribute(self, pairs: tf.data.Dataset) -> Iterator[Any]:
        """Splits the batches of `pairs` over the replicas."""
        return distributed(pairs, self.devices)

    @tf.function
    def train_step(self, start: tf.Tensor, goal: tf.Tensor, steps: Optional[int] = None) -> Metrics:
        """One update on a batch of pairs, float32 [B,H,W,C] each (per-replica values under several devices), walked in
        `steps` steps, or in those of the settings. Each number of steps has a compiled graph of its own.

        Returns:
            Scalars for the logs, float32.
        """
        per_replica = self.devices.run(self._replica_step, args=(start, goal, steps or self.config.model.steps))
        metrics = {name: self.devices.experimental_local_results(each)[0] for name, each in per_replica.items()}
        metrics["learning_rate"] = tf.convert_to_tensor(self.optimizers["transformer"].learning_rate)
        self.iteration.assign_add(1)
        self.divergence.note(metrics, self.iteration.read_value())
        return metrics

    @tf.function
    def walk(self, start: tf.Tensor, goal: tf.Tensor) -> Trajectory:
        """The deterministic rollout, for evaluation and pictures."""
        rules = Rules(use_stop=self.config.obeys_stop)
        return rollout(self.agents.walker, start, goal, self.config.model.steps, rules)

    def _build_networks(self, image_shape: ImageShape, precision: str) -> None:
        """Creates agents, value network and critics. Their order decides which random weights they begin with."""
        config, features = self.config, self.config.model.policy_features
        self.agents = Agents(config.model, image_shape, precision)
        self.value = None
        if config.uses_policy_gradients:
            blank = tf.zeros([1, *image_shape])
            self.value = Value(features, precision, config.model.counts_steps)
            self.value(blank, blank, tf.ones([1]))
        self.critics = build_critics(config.reward, config.critic, features, image_shape, precision)
        judges = [critic.network for critic in self.critics.values()]
        found = (self.agents.policy, self.agents.transformer, self.value, *judges)
        self.networks = {net.name: net for net in found if net is not None}

    def _replica_step(self, start: tf.Tensor, goal: tf.Tensor, steps: int) -> Metrics:
        config, strategy = self.config, self.strategy
        seed = _noise_seed(config.seed, self.iteration)
        rules = Rules(seed, strategy.draws_stop, strategy.gradients, self.measure(steps), strategy.reads)
        with tf.GradientTape() as tape:
            trajectory = rollout(self.agents.walker, start, goal, steps, rules, config.optimizer.memory)
            ways = None if self.waypoints is None else self.waypoints(start, goal, steps)
            episode, rewards = make_episode(trajectory, config.reward, self.distance, self.value, ways)
            output = strategy.objective(episode)
            loss = tf.reduce_mean(output.loss)
        norms = self._update_agents(tape, loss)
        metrics = {"loss": loss, **reward_metrics(rewards), **rollout_metrics(trajectory), **norms, **means(output)}
        for critic in self.critics.values():
            metrics.update(self._update_critic(critic, trajectory, seed))
        return dict(zip(metrics, tf.unstack(mean(tf.stack(list(metrics.values()))))))

    def measure(self, steps: int) -> Measure:
        """What is computed of every step of a rollout: its rewards, and what is logged of T's maps."""
        config, walker = self.config, self.agents.walker
        parts = (
            rewards_of_steps(config.reward, self.critics, self.distance, steps),
            maps_measure(walker.param_names),
        )

        def of_step(*step) -> Metrics:
            return {name: value for part in parts for name, value in part.of_step(*step).items()}

        return Measure(sum((part.names for part in parts), ()), of_step)

    def _update_agents(self, tape: tf.GradientTape, loss: tf.Tensor) -> Metrics:
        """One update of agents and value network; the agents' gradients are clipped together. Returns norms."""
        agents = {name: self.networks[name] for name in AGENTS}
        learners = {**agents, "value": self.value} if self.value is not None else agents
        gradients = self._gradients(tape, loss, learners)
        norms = {f"gradient_norm/{name}": tf.linalg.global_norm(own) for name, own in gradients.items()}
        of_agents = [gradients[name] for name in agents]
        clipped, together = tf.clip_by_global_norm(tf.nest.flatten(of_agents), self.config.optimizer.clip_norm)
        updates = {**gradients, **dict(zip(agents, tf.nest.pack_sequence_as(of_agents, clipped)))}
        for name, own in updates.items():
            self._learn(name, own)
        for name, net in agents.items():
            norms.update(layer_gradient_norms(net, gradients[name]))
        return {"gradient_norm/all": together, **norms}

    def _update_critic(self, critic: Critic, trajectory: Trajectory, seed: tf.Tensor) -> Metrics:
        name = critic.network.name
        with tf.GradientTape() as tape:
            output = critic.loss(trajectory, seed)
            loss = tf.reduce_mean(output.loss)
        gradients = self._gradients(tape, loss, {name: critic.network})[name]
        self._learn(name, gradients)
        norm = tf.linalg.global_norm(gradients)
        return {f"{name}/loss": loss, f"gradient_norm/{name}": norm, **means(output)}

    def _gradients(
        self, tape: tf.GradientTape, loss: tf.Tensor, networks: Dict[str, keras.Model]
    ) -> Dict[str, List[tf.Tensor]]:
        """Gradients of `loss` in each network's weights, averaged over replicas; zero where a method trains nothing."""
        sources = [net.trainable_variables for net in networks.values()]
        gradients = tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        # Averaged before clipping, so that the norm that is clipped is the whole batch's.
        return dict(zip(networks, mean(gradients)))

    def _learn(self, name: str, gradients: List[tf.Tensor]) -> None:
        """Lets a network learn, if it is its turn."""

        def apply() -> None:
            pairs = zip(gradients, self.networks[name].trainable_variables)
            self.optimizers[name].apply_gradients(pairs, skip_gradients_aggregation=True)

        own = self.config.policy_gradient
        if name not in AGENTS or own.trains in ("both", name):
            apply()
        elif own.trains == "alternate":
            turn = (self.iteration // own.alternate_every) % 2
            tf.cond(turn == (0 if name == "policy" else 1), apply, lambda: None)


def _noise_seed(seed: int, iteration: tf.Variable) -> tf.Tensor:
    """int32 [2], a stateless seed: the noise is a function of these two numbers, so a resumed run repeats it."""
    key = tf.stack([tf.constant(seed, tf.int64), iteration.read_value()])
    key = tf.random.experimental.stateless_fold_in(key, tf.constant(0, tf.int64))  # as runs on record have it
    return tf.cast(tf.bitwise.bitwise_and(key, 0x7FFFFFFF), tf.int32)
