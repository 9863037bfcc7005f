"""Keras 2, which this project is written for, under one name.

TensorFlow 2.15 has it as tf.keras. From 2.16 on tf.keras is Keras 3, and Keras 2 is the package tf_keras. Keras 3 would
not do: there `tf.train.Checkpoint` leaves out every layer that a network keeps in a list, without a word. The package
is imported by its own name, so that it does not matter what the program that uses this project does with tf.keras.
"""

import importlib.util

import tensorflow as tf

if importlib.util.find_spec("tf_keras"):
    import tf_keras as keras
elif tf.__version__.startswith("2.15."):
    keras = tf.keras
else:
    raise ImportError(
        f"tf_interp needs Keras 2, which TensorFlow {tf.__version__} no longer has. "
        "Install it with: pip install tf-keras=={}.{}.*".format(*tf.__version__.split(".")[:2])
    )

__all__ = ["keras"]
