#!/usr/bin/env bash
# BPTT+STOP with a step penalty five times the preset's: STOP unbiased and biased to go on, and unbiased at the preset's
# penalty. Run from the root; a few minutes a run on 2 CPU cores.
set -euo pipefail
bptt_stop() {
    python train_mnist.py --method bptt_stop --iterations 300 --log-every 2 --run-dir "results/stop_at_once/$1" "${@:2}"
}
bptt_stop bias_0_penalty_5 --stop-bias 0 --step-penalty 5
bptt_stop bias_-2_penalty_5 --step-penalty 5
bptt_stop bias_0_penalty_1 --stop-bias 0
