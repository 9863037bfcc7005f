#!/usr/bin/env bash
# The runs behind table.md, one seed each, written out in full against the plain preset. Run from the root; 4 to 19
# minutes a run on 2 CPU cores. II to LL were made by changing the default preset in commits that were not kept, so their
# records in metrics.json name the commit before, and say by hand that the tree was not clean.
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
run G --steps 8 --max-flow 1.5 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 3 --r1-weight 0.1 --iterations 1000 --discriminator-learning-rate 0.001
run I --steps 8 --max-flow 1 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 4 --r1-weight 0.1 --iterations 1000 --discriminator-learning-rate 0.001
run H --steps 8 --max-flow 1 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 4 --r1-weight 0.02 --iterations 1000 --discriminator-learning-rate 0.001
run J --steps 8 --max-flow 1.5 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 3 --r1-weight 0.1 --iterations 1800 --batch-size 16 --discriminator-learning-rate 0.001
run K5 --max-flow 2 --map-halvings 1 --flow-cost 0.3 --roughness-cost 1.5 --manifold-weight 3 --r1-weight 0.1 --iterations 1600 --discriminator-learning-rate 0.001
run L --max-flow 2 --map-halvings 1 --goal-weight 2 --flow-cost 0.3 --roughness-cost 1.5 --motion-cost 0.05 --manifold-weight 3 --r1-weight 0.1 --iterations 1600 --discriminator-learning-rate 0.001
run M --max-flow 2 --map-halvings 1 --goal-weight 2 --flow-cost 0.3 --roughness-cost 1.5 --motion-cost 0.15 --manifold-weight 3 --r1-weight 0.1 --iterations 1600 --discriminator-learning-rate 0.001
run N --max-flow 2 --map-halvings 1 --goal-weight 2 --flow-cost 0.3 --roughness-cost 1.5 --motion-cost 0.05 --manifold-weight 8 --r1-weight 0.1 --iterations 1600 --discriminator-learning-rate 0.001
run O --max-flow 2 --map-halvings 1 --goal-weight 2 --flow-cost 0.3 --roughness-cost 1.5 --motion-cost 0.02 --manifold-weight 40 --iterations 1600 --discriminator-learning-rate 0.001
run P --max-flow 2.5 --map-halvings 1 --goal-weight 3 --flow-cost 0.3 --roughness-cost 1.5 --motion-cost 0.15 --manifold-weight 20 --r1-weight 0.1 --iterations 1600 --discriminator-learning-rate 0.001
run Q --map-halvings 1 --goal-weight 4 --flow-cost 0.3 --roughness-cost 1 --motion-cost 0.1 --manifold-weight 20 --r1-weight 0.1 --iterations 1600 --discriminator-learning-rate 0.001
run R --goal-weight 4 --flow-cost 0.1 --roughness-cost 0.2 --motion-cost 0.1 --manifold-weight 20 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run S --max-flow 3 --map-halvings 1 --goal-weight 6 --flow-cost 0.3 --roughness-cost 1 --motion-cost 0.6 --manifold-weight 25 --r1-weight 0.1 --iterations 1600 --discriminator-learning-rate 0.001
run T --max-flow 5 --goal-weight 3 --frame-goal-weight 1.5 --flow-cost 0.1 --roughness-cost 0.6 --departure-cost 4 --manifold-weight 20 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run U --max-flow 5 --goal-weight 4 --frame-goal-weight 0.8 --flow-cost 0.1 --roughness-cost 0.6 --departure-cost 2 --manifold-weight 30 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run V --max-flow 5 --goal-weight 3 --frame-goal-weight 2.5 --flow-cost 0.1 --roughness-cost 0.6 --departure-cost 2 --manifold-weight 20 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run W --max-flow 5 --goal-weight 3 --frame-goal-weight 2.5 --flow-cost 0.1 --roughness-cost 0.6 --departure-cost 3 --manifold-weight 20 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run X --transformations warp blend --goal-weight 4 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.3 --painting-cost 5 --manifold-weight 20 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run Y --transformations warp blend --goal-weight 4 --frame-goal-weight 1.5 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.2 --departure-cost 2 --painting-cost 3 --manifold-weight 40 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run Z --transformations warp blend --goal-weight 6 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 1 --departure-cost 1 --painting-cost 3 --manifold-weight 40 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run AA --transformations warp blend --goal-weight 5 --frame-goal-weight 0.7 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 1 --departure-cost 1 --painting-cost 3 --manifold-weight 40 --r1-weight 0.1 --iterations 1200 --discriminator-learning-rate 0.001
run BB --transformations warp blend --goal-weight 9 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.85 --departure-cost 0.2 --painting-cost 2.25 --mixture-weight 575 --iterations 3800 --discriminator-learning-rate 0.001
run CC --transformations warp blend --goal-weight 13 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.2 --painting-cost 2.25 --mixture-weight 575 --iterations 4200 --discriminator-learning-rate 0.001
run DD --transformations warp blend --goal-weight 18 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.2 --painting-cost 2.25 --mixture-weight 575 --iterations 4000 --discriminator-learning-rate 0.001
run EE --transformations warp blend --goal-weight 14.5 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.25 --painting-cost 2.25 --mixture-weight 575 --iterations 4000 --discriminator-learning-rate 0.001
run FF --transformations warp blend --goal-weight 10.5 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.3 --painting-cost 2.25 --mixture-weight 575 --iterations 4000 --discriminator-learning-rate 0.001
run GG --transformations warp blend --goal-weight 10.5 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.3 --painting-cost 2.25 --mixture-weight 575 --iterations 4000 --discriminator-learning-rate 0.001 --seed 1
run HH --transformations warp blend --goal-weight 11.5 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.3 --painting-cost 2.25 --mixture-weight 575 --iterations 4000 --discriminator-learning-rate 0.001 --seed 1
run II --transformations warp blend --goal-weight 12 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.3 --painting-cost 2.25 --mixture-weight 575 --iterations 5000 --discriminator-learning-rate 0.001
run JJ --transformations warp blend --goal-weight 12 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.3 --painting-cost 2.25 --mixture-weight 575 --iterations 5000 --discriminator-learning-rate 0.001 --seed 1
run KK --transformations warp blend --goal-weight 12 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.25 --painting-cost 1.25 --mixture-weight 575 --iterations 4000 --discriminator-learning-rate 0.001
run LL --transformations warp blend --goal-weight 12 --flow-cost 0.1 --roughness-cost 0.6 --motion-cost 0.95 --departure-cost 0.25 --painting-cost 1.25 --mixture-weight 575 --iterations 4000 --discriminator-learning-rate 0.001 --seed 1
