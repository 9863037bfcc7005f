#!/usr/bin/env bash
# The runs behind table.md, one seed each, written out in full against the plain preset. Run from the root; about four
# minutes a run on 2 CPU cores that nothing else uses.
set -euo pipefail
run() {
    python train_mnist.py --preset paper --run-dir "runs/tradeoff/$1" "${@:2}"
    python -m tf_interp.evaluate "runs/tradeoff/$1"
}
run A --steps 8 --max-flow 1.5 --map-halvings 1 --iterations 1000
run C --steps 8 --max-flow 1.5 --map-halvings 1 --flow-cost 0.2 --roughness-cost 1 --iterations 1000
run B --steps 8 --max-flow 1.5 --map-halvings 1 --manifold-weight 2 --iterations 1000
run D --steps 8 --max-flow 1.5 --map-halvings 1 --manifold-weight 8 --iterations 1000
run F --steps 8 --max-flow 1.5 --map-halvings 1 --flow-cost 0.5 --roughness-cost 3 --manifold-weight 8 --iterations 1000
run G --steps 8 --max-flow 1.5 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 3 --iterations 1000 --r1-weight 0.1 --discriminator-learning-rate 0.001
run I --steps 8 --max-flow 1 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 4 --iterations 1000 --r1-weight 0.1 --discriminator-learning-rate 0.001
run H --steps 8 --max-flow 1 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 4 --r1-weight 0.02 --iterations 1000 --discriminator-learning-rate 0.001
run J --steps 8 --max-flow 1.5 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 3 --iterations 1800 --batch-size 16 --r1-weight 0.1 --discriminator-learning-rate 0.001
run K5 --max-flow 2 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 3 --iterations 1600 --r1-weight 0.1 --discriminator-learning-rate 0.001
