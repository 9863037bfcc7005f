#!/usr/bin/env bash
# What each reward of faces buys, and the spatial command: short runs that differ in one of them, and their table. All
# have a discriminator of twice the weight. Run from the root, with img_align_lfw.zip
# and celeba_sample/celeba_64.hdf5 there; 3 to 8 minutes a run on one core.
set -euo pipefail
run() {
    python train_celeba.py --data-dir img_align_lfw.zip --iterations 600 --discriminator plain --manifold-weight 20 \
        --r1-weight 0.1 --discriminator-learning-rate 1e-3 --run-dir "runs/celeba_remedies/$1" "${@:2}"
}
goal_alone=(--manifold-weight 0 --painting-cost 0 --gradient-weight 0 --motion-cost 0 --roughness-cost 0)
run everything
run goal_alone "${goal_alone[@]}"
run no_discriminator --manifold-weight 0
run no_painting_cost --painting-cost 0
run no_edges --gradient-weight 0
run no_motion_cost --motion-cost 0
run one_vector --no-spatial-command
run every_frame --frame-goal-weight 0.05
cd runs/celeba_remedies
python -m tf_interp.evaluate everything goal_alone no_discriminator no_painting_cost no_edges no_motion_cost \
    one_vector every_frame cross_fade --data celeba --data-dir ../../celeba_sample/celeba_64.hdf5 --steps 4 \
    --pairs 150 --out ../../results/celeba_remedies
