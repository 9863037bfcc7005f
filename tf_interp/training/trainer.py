"""Training: models, optimisers and the one compiled step. The only place that differentiates and optimises."""

from typing import List, Optional

import tensorflow as tf

from tf_interp.config import Config
from tf_interp.errors import InputError
from tf_interp.features.perception import load_perception
from tf_interp.model.agents import ImageShape, Models
from tf_interp.model.rollout import rollout
from tf_interp.model.structs import Trajectory
from tf_interp.training.critics.discriminator import discriminator_loss
from tf_interp.training.critics.mixture import mixture_loss, mixtures
from tf_interp.training.diagnostics import Metrics, layer_gradient_norms, means, reward_metrics, walk_metrics
from tf_interp.training.episodes import EpisodeMaker, per_frame
from tf_interp.training.strategies import METHODS

STRATEGIES = {"default": tf.distribute.get_strategy, "mirrored": tf.distribute.MirroredStrategy}


class Trainer:
    """Owns everything that training changes.

    Args:
        config: settings.
        image_shape: (H, W, C).
        precision: Keras dtype policy, as settled by `device.describe_device`.
        strategy: creates the variables and runs the step; default: the one that config.strategy names.

    Attributes:
        models: `Models`.
        make_episode: `EpisodeMaker`.
        iteration: int64 variable, number of updates made.
        seconds: float64 variable, time spent training, over all resumed parts; kept by the caller.
        checkpoint: `tf.train.Checkpoint` of weights, optimiser states and these two.
    """

    def __init__(
        self,
        config: Config,
        image_shape: ImageShape,
        precision: str,
        strategy: Optional[tf.distribute.Strategy] = None,
    ):
        self.config = config
        self.method = METHODS[config.method](config)
        perceive = None
        if config.goal_norm == "perceptual":
            perceive = load_perception(config.data, config.classifier, image_shape)
        self.strategy = strategy or STRATEGIES[config.strategy]()
        replicas = self.strategy.num_replicas_in_sync
        if config.batch_size % replicas:
            raise InputError(f"batch_size: {config.batch_size} cannot be split evenly over {replicas} replicas")
        tf.keras.utils.set_random_seed(config.seed)
        with self.strategy.scope():
            self.models = Models(config, image_shape, precision)
            self.make_episode = EpisodeMaker(config, self.models, perceive)
            self.optimizers = {net.name: _adam(config, net) for net in self.models.networks}
            self.iteration = tf.Variable(0, trainable=False, dtype=tf.int64, name="iteration")
            self.seconds = tf.Variable(0.0, trainable=False, dtype=tf.float64, name="seconds")
        self.checkpoint = tf.train.Checkpoint(
            models=self.models, optimizers=self.optimizers, iteration=self.iteration, seconds=self.seconds
        )

    @property
    def done(self) -> int:
        """Number of updates made."""
        return int(self.iteration.numpy())

    @property
    def seconds_spent(self) -> float:
        """Seconds of training up to the last checkpoint."""
        return float(self.seconds.numpy())

    def distribute(self, pairs: tf.data.Dataset) -> tf.data.Dataset:
        """Splits the batches of `pairs` over the replicas of the strategy."""
        return self.strategy.experimental_distribute_dataset(pairs)

    @tf.function
    def train_step(self, start: tf.Tensor, goal: tf.Tensor) -> Metrics:
        """One update on a batch of pairs, float32 [B,H,W,C] each (per-replica values under a strategy).

        Returns:
            Scalars for the logs, float32.
        """
        per_replica = self.strategy.run(self._replica_step, args=(start, goal))
        metrics = {name: self.strategy.reduce("MEAN", value, axis=None) for name, value in per_replica.items()}
        metrics["learning_rate"] = tf.convert_to_tensor(self.optimizers["transformer"].learning_rate)
        self.iteration.assign_add(1)
        return metrics

    @tf.function
    def walk(self, start: tf.Tensor, goal: tf.Tensor) -> Trajectory:
        """The deterministic walk, for evaluation and pictures."""
        return rollout(self.models.walker, start, goal, self.config.steps, use_stop=self.config.obeys_stop)

    def _replica_step(self, start: tf.Tensor, goal: tf.Tensor) -> Metrics:
        config, models = self.config, self.models
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        seed = _noise_seed(config.seed, self.iteration, replica)
        learners = [net for net in models.networks if net not in (models.discriminator, models.mixture_critic)]
        with tf.GradientTape() as tape:
            trajectory = rollout(
                models.walker, start, goal, config.steps, seed, self.method.draws_stop, self.method.gradients
            )
            episode, parts = self.make_episode(trajectory)
            output = self.method.objective(episode)
            loss = tf.reduce_mean(output.loss)
        gradients = self._gradients(tape, loss, learners)
        norms = self._update(learners, gradients)
        metrics = {"loss": loss, **reward_metrics(parts), **walk_metrics(trajectory), **norms, **means(output)}
        if models.discriminator is not None:
            metrics.update(self._train_discriminator(trajectory, start))
        if models.mixture_critic is not None:
            metrics.update(self._train_mixture_critic(trajectory, seed))
        return metrics

    def _gradients(self, tape: tf.GradientTape, loss: tf.Tensor, networks: List) -> List[List[tf.Tensor]]:
        """Gradients of `loss` in each network's weights, averaged over replicas; zero where a method trains nothing."""
        sources = [net.trainable_variables for net in networks]
        gradients = tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        if self.strategy.num_replicas_in_sync > 1:
            # Averaged before clipping, so that the norm that is clipped is the whole batch's.
            context = tf.distribute.get_replica_context()
            gradients = context.all_reduce(tf.distribute.ReduceOp.MEAN, gradients)
        return gradients

    def _update(self, networks: List, gradients: List[List[tf.Tensor]]) -> Metrics:
        """Clips the agents' gradients together and lets every network learn whose turn it is; returns norms."""
        norms = {f"gradient_norm/{net.name}": tf.linalg.global_norm(own) for net, own in zip(networks, gradients)}
        clipped, together = tf.clip_by_global_norm(gradients[0] + gradients[1], self.config.clip_norm)
        agents = tf.nest.pack_sequence_as(gradients[:2], clipped)
        for net, own in zip(networks, [*agents, *gradients[2:]]):
            self._learn(net, own)
        for net, own in zip(networks[:2], gradients):
            norms.update(layer_gradient_norms(net, own))
        return {"gradient_norm/all": together, **norms}

    def _learn(self, net: tf.keras.Model, gradients: List[tf.Tensor]) -> None:
        def apply() -> None:
            optimizer = self.optimizers[net.name]
            optimizer.apply_gradients(zip(gradients, net.trainable_variables), skip_gradients_aggregation=True)

        learner = self.config.learner
        if net.name not in ("policy", "transformer") or learner in ("both", net.name):
            apply()
        elif learner == "alternate":
            turn = (self.iteration // self.config.alternate_every) % 2
            tf.cond(turn == (0 if net.name == "policy" else 1), apply, lambda: None)

    def _train_discriminator(self, trajectory: Trajectory, real: tf.Tensor) -> Metrics:
        """One update of D on the walks' frames and on the start images, which are real."""
        net = self.models.discriminator
        frames, taken = tf.stop_gradient(trajectory.frames[:, 1:]), tf.cast(trajectory.active, tf.float32)
        with tf.GradientTape() as tape:
            with tf.GradientTape() as slope:
                slope.watch(real)
                real_logits = net(real)
            real_gradient = slope.gradient(real_logits, real)
            fake_logits = per_frame(net, frames)
            output = discriminator_loss(real_logits, fake_logits, taken, real_gradient, self.config.r1_weight)
            loss = tf.reduce_mean(output.loss)
        return {**self._train_critic(net, tape, loss), **means(output)}

    def _train_mixture_critic(self, trajectory: Trajectory, seed: tf.Tensor) -> Metrics:
        """One update of the critic of `objectives.mixture`; the seed draws how much of s_K a blend has."""
        net, goal = self.models.mixture_critic, trajectory.goal
        frames, taken = tf.stop_gradient(trajectory.frames), tf.cast(trajectory.active, tf.float32)
        share = tf.random.stateless_uniform([tf.shape(goal)[0], 1, 1, 1], seed)
        blends = share * frames[:, -1] + (1.0 - share) * goal
        with tf.GradientTape() as tape:
            guesses, answers = per_frame(net, frames[:, 1:]), mixtures(frames, goal)
            output = mixture_loss(guesses, answers, taken, net(frames[:, 0]), net(blends))
            loss = tf.reduce_mean(output.loss)
        return {**self._train_critic(net, tape, loss), **means(output)}

    def _train_critic(self, net: tf.keras.Model, tape: tf.GradientTape, loss: tf.Tensor) -> Metrics:
        (gradients,) = self._gradients(tape, loss, [net])
        self._learn(net, gradients)
        return {f"{net.name}/loss": loss, f"gradient_norm/{net.name}": tf.linalg.global_norm(gradients)}


def _adam(config: Config, net: tf.keras.Model) -> tf.keras.optimizers.Optimizer:
    first = config.learning_rate
    if net.name == "policy" and config.policy_learning_rate is not None:
        first = config.policy_learning_rate
    rate = tf.keras.optimizers.schedules.CosineDecay(
        first, config.iterations, alpha=config.final_learning_rate / config.learning_rate
    )
    judges = config.discriminator_learning_rate
    own = {"value": config.value_learning_rate, "discriminator": judges, "mixture_critic": judges}
    rate = own.get(net.name, rate)
    optimizer = tf.keras.optimizers.Adam(rate, jit_compile=False)
    optimizer.build(net.trainable_variables)
    return optimizer


def _noise_seed(seed: int, iteration: tf.Variable, replica) -> tf.Tensor:
    """int32 [2], a stateless seed: the noise is a function of these three numbers, so a resumed run repeats it."""
    key = tf.stack([tf.constant(seed, tf.int64), iteration.read_value()])
    key = tf.random.experimental.stateless_fold_in(key, tf.cast(replica, tf.int64))
    return tf.cast(tf.bitwise.bitwise_and(key, 0x7FFFFFFF), tf.int32)
