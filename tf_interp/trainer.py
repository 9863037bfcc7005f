"""Training: models, optimiser and the one compiled step. The only place that differentiates and optimises."""

import math
from typing import Callable, Dict, Optional

import tensorflow as tf

from tf_interp import rewards
from tf_interp.config import Config
from tf_interp.errors import DivergedError
from tf_interp.models import ImageShape, Models
from tf_interp.objectives.bptt import bptt
from tf_interp.rollout import rollout
from tf_interp.structs import LossOutput, Trajectory

METHODS: Dict[str, Callable[[Trajectory, tf.Tensor], LossOutput]] = {"bptt": bptt}
"""Strategy of section 4.4 -> its objective, a function of (trajectory, returns [B])."""

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
        iteration: int64 variable, number of updates made.
        seconds: float64 variable, time spent training, over all resumed parts; kept by the caller.
        checkpoint: `tf.train.Checkpoint` of weights, optimiser state and these two.
    """

    def __init__(
        self,
        config: Config,
        image_shape: ImageShape,
        precision: str,
        strategy: Optional[tf.distribute.Strategy] = None,
    ):
        self.config = config
        self.strategy = strategy or STRATEGIES[config.strategy]()
        tf.keras.utils.set_random_seed(config.seed)
        with self.strategy.scope():
            self.models = Models(config, image_shape, precision)
            self.optimizer = _adam(config)
            self.optimizer.build(self.models.trainable_variables)
            self.iteration = tf.Variable(0, trainable=False, dtype=tf.int64, name="iteration")
            self.seconds = tf.Variable(0.0, trainable=False, dtype=tf.float64, name="seconds")
        self.checkpoint = tf.train.Checkpoint(
            models=self.models, optimizer=self.optimizer, iteration=self.iteration, seconds=self.seconds
        )

    def distribute(self, pairs: tf.data.Dataset) -> tf.data.Dataset:
        """Splits the batches of `pairs` over the replicas of the strategy."""
        return self.strategy.experimental_distribute_dataset(pairs)

    @tf.function
    def train_step(self, start: tf.Tensor, goal: tf.Tensor) -> Dict[str, tf.Tensor]:
        """One update on a batch of pairs, float32 [B,H,W,C] each (per-replica values under a strategy).

        Returns:
            Scalars for the logs, float32.
        """
        per_replica = self.strategy.run(self._replica_step, args=(start, goal))
        metrics = {name: self.strategy.reduce("MEAN", value, axis=None) for name, value in per_replica.items()}
        metrics["learning_rate"] = tf.convert_to_tensor(self.optimizer.learning_rate)
        self.iteration.assign_add(1)
        return metrics

    @tf.function
    def walk(self, start: tf.Tensor, goal: tf.Tensor) -> Trajectory:
        """The deterministic walk, for evaluation and pictures."""
        return rollout(self.models.walker, start, goal, self.config.steps)

    def _replica_step(self, start: tf.Tensor, goal: tf.Tensor) -> Dict[str, tf.Tensor]:
        context, config = tf.distribute.get_replica_context(), self.config
        seed = _noise_seed(config.seed, self.iteration, context.replica_id_in_sync_group)
        variables = self.models.trainable_variables
        with tf.GradientTape() as tape:
            trajectory = rollout(self.models.walker, start, goal, config.steps, seed)
            goal_rewards = rewards.goal_reward(trajectory.frames[:, -1], goal, config.goal_norm)
            output = METHODS[config.method](trajectory, goal_rewards)
            loss = tf.reduce_mean(output.loss)
        # A weight that the method does not train, such as STOP's under BPTT, has gradient zero.
        gradients = tape.gradient(loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        if self.strategy.num_replicas_in_sync > 1:
            # Averaged before clipping, so that the norm that is clipped is the whole batch's.
            gradients = context.all_reduce(tf.distribute.ReduceOp.MEAN, gradients)
        norms = self._norms_by_network(variables, gradients)
        gradients, gradient_norm = tf.clip_by_global_norm(gradients, config.clip_norm)
        self.optimizer.apply_gradients(zip(gradients, variables), skip_gradients_aggregation=True)

        metrics = {
            "loss": loss,
            "return": tf.reduce_mean(goal_rewards),
            "reward/goal": tf.reduce_mean(goal_rewards),
            "goal_distance": tf.reduce_mean(rewards.distance(trajectory.frames[:, -1], goal, "l2")),
            "start_distance": tf.reduce_mean(rewards.distance(start, goal, "l2")),
            "episode_length": tf.reduce_mean(tf.cast(trajectory.lengths, tf.float32)),
            "gradient_norm/all": gradient_norm,
            **norms,
            **{name: tf.reduce_mean(value) for name, value in output.diagnostics.items()},
        }
        if "mu_flow" in trajectory.params:
            metrics["flow_magnitude"] = tf.reduce_mean(tf.norm(trajectory.params["mu_flow"], axis=-1))
        return metrics

    def _norms_by_network(self, variables, gradients) -> Dict[str, tf.Tensor]:
        of = {variable.ref(): gradient for variable, gradient in zip(variables, gradients)}
        nets = (self.models.policy, self.models.transformer)
        return {
            f"gradient_norm/{net.name}": tf.linalg.global_norm([of[v.ref()] for v in net.trainable_variables])
            for net in nets
        }


def check_finite(metrics: Dict[str, tf.Tensor], iteration: int) -> None:
    """Raises DivergedError if the loss or the gradient norm of an iteration is NaN or infinite."""
    for name in ("loss", "gradient_norm/all"):
        value = float(metrics[name])
        if not math.isfinite(value):
            raise DivergedError(
                f"{name} is {value} at iteration {iteration}; "
                "try a lower --learning-rate or --clip-norm, or --precision float32"
            )


def _adam(config: Config) -> tf.keras.optimizers.Optimizer:
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        config.learning_rate, config.iterations, alpha=config.final_learning_rate / config.learning_rate
    )
    return tf.keras.optimizers.Adam(schedule, jit_compile=False)


def _noise_seed(seed: int, iteration: tf.Variable, replica) -> tf.Tensor:
    """int32 [2], a stateless seed: the noise is a function of these three numbers, so a resumed run repeats it."""
    key = tf.stack([tf.constant(seed, tf.int64), iteration.read_value()])
    key = tf.random.experimental.stateless_fold_in(key, tf.cast(replica, tf.int64))
    return tf.cast(tf.bitwise.bitwise_and(key, 0x7FFFFFFF), tf.int32)
