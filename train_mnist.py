"""Trains the interpolator on MNIST (section 4.5 of the paper). See `python train_mnist.py --help`."""

import sys

from tf_interp.commands import main

if __name__ == "__main__":
    sys.exit(main(["train", "mnist", *sys.argv[1:]]))
