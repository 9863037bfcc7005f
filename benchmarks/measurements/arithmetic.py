"""Multiply-adds of a training step, counted from the shapes of convolutions and dense layers. All else is left out."""

from typing import Any, List, Tuple

import numpy as np
import tensorflow as tf

_POSITIONS_AND_KERNEL = {
    "Conv2D": lambda op: (op.outputs[0], op.inputs[1]),
    "Conv2DBackpropInput": lambda op: (op.inputs[2], op.inputs[1]),  # a transposed convolution
    "MatMul": lambda op: (op.outputs[0], op.inputs[1]),
}
"""Kind of operation -> the tensor whose every position uses the whole kernel once, and the kernel."""


def multiply_adds(network: Any, *inputs: Any) -> List[int]:
    """Those of each convolution and dense layer in one forward pass of a network, in order.

    Args:
        network: a Keras model.
        inputs: `tf.TensorSpec` of one image each, or other arguments.
    """
    graph = tf.function(lambda *arguments: network(*arguments)).get_concrete_function(*inputs).graph
    found = []
    for op in graph.get_operations():
        if op.type in _POSITIONS_AND_KERNEL:
            positions, kernel = (tensor.shape for tensor in _POSITIONS_AND_KERNEL[op.type](op))
            found.append(int(np.prod(positions[:-1])) * int(np.prod(kernel)))
    return found


def gigaflop_of_step(trainer: Any, shape: Tuple[int, int, int]) -> float:
    """GFLOP of one update by BPTT on images of a shape; a multiply-add is two.

    pi and T run forward, and backward in weights and inputs, in each of the K steps. A critic that rewards is not
    differentiated in its weights. A critic that learns is not in its images, so its first layer costs two thirds; it
    sees K frames, and two more images if it guesses mixtures. The discriminator sees one more image, whose gradient R1
    differentiates again.
    """
    config = trainer.config
    steps, image = config.model.steps, tf.TensorSpec([1, *shape])
    told = [tf.TensorSpec([1])] if hasattr(config.model, "counts_steps") else []  # earlier checkouts tell pi nothing
    pi = multiply_adds(trainer.agents.policy, image, image, *told)
    t = multiply_adds(trainer.agents.transformer, image, tf.TensorSpec([1, config.model.command_size]))
    each = 3 * steps * sum(pi + t)
    for weight, critic in trainer.critics.items():
        layers = multiply_adds(critic.network, image)
        rewarding, learning = 2 * sum(layers), 3 * sum(layers) - layers[0]
        each += steps * (rewarding + learning)
        each += 2 * learning if weight == "mixture_weight" else 2 * 3 * sum(layers)
    return 2e-9 * each * config.optimizer.batch_size
