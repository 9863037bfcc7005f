"""Trained models that ship with the package, so that it walks between images before anything was trained.

    from tf_interp import load_interpolator
    from tf_interp.pretrained import MNIST_BPTT
    interpolator = load_interpolator(MNIST_BPTT)

Each is a copy of a folder in `results/`; a test holds the two equal.
"""

from pathlib import Path

MNIST_BPTT: Path = Path(__file__).parent / "mnist_bptt"
"""The model of `results/mnist_bptt`: digits float32 [B,28,28,1] in [0, 1], five steps, trained by BPTT."""

MNIST_ACAI: Path = Path(__file__).parent / "mnist_acai"
"""The autoencoder of `results/peers/acai`, for digits of the same kind; the default's waypoints are its."""
