#!/usr/bin/env bash
# Trains the hybrid of section 4.4: as the paper ran it, with each remedy alone, and with the settings that train.
# Run from the root; about 4 minutes a run on 2 CPU cores.
set -euo pipefail
hybrid() {
    python train_mnist.py --method hybrid --run-dir "results/hybrid/$1" "${@:2}"
}
for seed in 0 1 2; do
    hybrid "paper_seed$seed" --preset paper --seed "$seed"
    hybrid "remedied_seed$seed" --seed "$seed"
done
hybrid floor_seed0 --preset paper --stddev-floor 0.2
hybrid threshold_seed0 --preset paper --gradient-threshold 10
hybrid clip_seed0 --preset paper --advantage-clip 10
