#!/usr/bin/env bash
# Trains the autoencoders that the MNIST model is compared with, 5 to 13 minutes each on 2 CPU cores, and measures all
# methods. Run from the root.
set -euo pipefail
python -m tf_interp.evaluate.baselines vae --iterations 14000
python -m tf_interp.evaluate.baselines autoencoder --iterations 8000
python -m tf_interp.evaluate.baselines acai --iterations 6000
python -m tf_interp.evaluate results/mnist_bptt cross_fade optimal_transport \
    results/peers/autoencoder results/peers/vae results/peers/acai --out results/comparison
