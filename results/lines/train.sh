#!/usr/bin/env bash
# Trains every model of the lines benchmark, about 3 minutes each on 2 CPU cores, and scores them. Run from the root.
set -euo pipefail
for seed in 0 1 2; do
    python train_mnist.py --preset lines --seed "$seed" --run-dir "results/lines/bptt_seed$seed"
    for kind in autoencoder:3600 vae:3600 acai:1500; do
        python -m tf_interp.evaluate.baselines "${kind%:*}" --data lines --output linear \
            --iterations "${kind#*:}" --seed "$seed" --out "results/lines/${kind%:*}_seed$seed"
    done
done
python -m tf_interp.evaluate.score_lines cross_fade results/lines/*_seed* --out results/lines
