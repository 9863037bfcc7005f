"""Trains the interpolator on faces (section 4.6 of the paper). See `python train_celeba.py --help`."""

import sys

from tf_interp.commands import main

if __name__ == "__main__":
    sys.exit(main(["train", "celeba", *sys.argv[1:]]))
