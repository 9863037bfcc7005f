#!/usr/bin/env bash
# Trains the hybrid of section 4.4: as the paper ran it, with each remedy alone, and with the settings that train.
# Run from the root; up to 5 minutes a run on 2 CPU cores, those with the preset's 4,500 iterations about 20. Some runs
# diverge, and say so.
set -uo pipefail
hybrid() {
    python train_mnist.py --method hybrid --run-dir "results/hybrid/$1" "${@:2}"
}
for seed in 0 1 2; do
    hybrid "paper_seed$seed" --preset paper --log-every 5 --seed "$seed"
    hybrid "remedied_seed$seed" --seed "$seed"
done
hybrid floor_seed0 --preset paper --log-every 5 --stddev-floor 0.1
hybrid threshold_seed0 --preset paper --log-every 5 --gradient-threshold 10
hybrid clip_seed0 --preset paper --log-every 5 --advantage-clip 10
hybrid slow_policy_seed0 --preset paper --log-every 5 --policy-learning-rate 3e-5
hybrid transformer_alone_seed0 --learner transformer
