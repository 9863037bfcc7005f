"""Several replicas that act as one: each has its part of a batch, and draws, sums and extremes are the whole batch's.

The functions are called where a replica computes, inside `tf.distribute.Strategy.run`. With one replica, or without a
strategy, each gives back what it is given.
"""

from typing import Any, Callable, Iterator

import tensorflow as tf

from tf_interp.errors import InputError

DEVICES = {
    "one": tf.distribute.get_strategy,
    "mirrored": tf.distribute.MirroredStrategy,
    "multi_worker": tf.distribute.MultiWorkerMirroredStrategy,
}
"""Value of the setting devices -> what makes its strategy."""


def check_replicas(devices: tf.distribute.Strategy, batch_size: int, alternating: bool) -> None:
    """Raises InputError if replicas cannot share a batch evenly, or would have to update networks by turns."""
    count = devices.num_replicas_in_sync
    if batch_size % count:
        raise InputError(f"batch_size: {batch_size} cannot be split evenly over {count} replicas")
    if count > 1 and alternating:  # tf.distribute allows no update inside of a tf.cond
        raise InputError(f"trains: alternate takes one replica, and devices has {count}; take --devices one")


def distributed(batches: tf.data.Dataset, devices: tf.distribute.Strategy) -> Iterator[Any]:
    """Gives replica r of R the r-th part of every batch; every worker reads the whole batch and keeps its own parts.

    Args:
        batches: tensors, or structures of them, [B,...]; R divides B.
        devices: the replicas.
    """
    count = devices.num_replicas_in_sync
    for batch in batches:

        def part(replica: tf.distribute.experimental.ValueContext, batch: Any = batch) -> Any:
            index = replica.replica_id_in_sync_group
            return tf.nest.map_structure(lambda each: tf.split(each, count)[index], batch)

        yield batch if count == 1 else devices.experimental_distribute_values_from_function(part)


def own_part(draw: Callable[..., tf.Tensor], *parameters: Any) -> tf.Tensor:
    """Draws for the whole batch, and gives this replica's part; so what is drawn does not depend on how it is split.

    Args:
        draw: parameters [B,...] -> [B,...], random numbers from a fixed stateless seed, row i by row i of the
            parameters.
        parameters: tensors, or structures of them, [B,...], of this replica's part of the batch.

    Returns:
        [B,...], differentiable in the parameters if the draw is.
    """
    context = _context()
    if context is None:
        return draw(*parameters)
    count, part = context.num_replicas_in_sync, tf.nest.flatten(parameters)[0]
    # Row i of every part gets the parameters of this replica's row i. Only its own part of the draws is used.
    whole = draw(*tf.nest.map_structure(lambda each: tf.concat([each] * count, axis=0), parameters))
    rows = tf.shape(part)[0]
    first = tf.cast(context.replica_id_in_sync_group, tf.int32) * rows
    return tf.ensure_shape(whole[first : first + rows], [part.shape[0], *whole.shape[1:]])


def total(value: tf.Tensor) -> tf.Tensor:
    """The sum of a tensor over all replicas."""
    context = _context()
    return value if context is None else context.all_reduce(tf.distribute.ReduceOp.SUM, value)


def mean(values: Any) -> Any:
    """The mean over all replicas of each tensor of a structure."""
    context = _context()
    return values if context is None else context.all_reduce(tf.distribute.ReduceOp.MEAN, values)


def largest(value: tf.Tensor) -> tf.Tensor:
    """The largest of a number, float32 [], over all replicas."""
    context = _context()
    if context is None:
        return value
    mine = tf.one_hot(context.replica_id_in_sync_group, context.num_replicas_in_sync, on_value=True, off_value=False)
    return tf.reduce_max(total(tf.where(mine, value, 0.0)))


def _context() -> Any:
    """Which replica this is; None if it is alone."""
    context = tf.distribute.get_replica_context()
    return context if context is not None and context.num_replicas_in_sync > 1 else None
