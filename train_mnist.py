"""Trains the interpolator on MNIST (section 4.5 of the paper). See `python train_mnist.py --help`."""

import sys

from tf_interp.cli import train

DESCRIPTION = """Trains the interpolator on MNIST, which ships with the package.

  python train_mnist.py                     the run in results/, 15 minutes
  python train_mnist.py --preset quick      all of it in under 2 minutes
  python train_mnist.py --resume RUN        goes on after an interruption
  python train_mnist.py --data-dir FOLDER   Fashion-MNIST, KMNIST, the like"""

if __name__ == "__main__":
    sys.exit(train("mnist", DESCRIPTION))
