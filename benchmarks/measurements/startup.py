"""Seconds from the command to the first iteration, by part: a process that starts as `train_mnist.py` does.

startup.py ROOT FAMILY     prints the parts as JSON
"""

import json
import os
import sys
import time

_STARTED = time.perf_counter(), time.process_time()


def main() -> None:
    sys.path[0] = sys.argv[1]
    family, answers, marks = sys.argv[2], os.fdopen(os.dup(1), "w"), [("", _STARTED)]
    os.dup2(2, 1)

    def mark(part: str) -> None:
        marks.append((part, (time.perf_counter(), time.process_time())))

    import tensorflow  # noqa: F401

    mark("TensorFlow's import")
    import tf_interp.run  # noqa: F401
    from tf_interp.config import from_dict
    from tf_interp.config.presets import settings_of
    from tf_interp.data.drawn_faces import draw_faces
    from tf_interp.data.pairs import training_pairs
    from tf_interp.data.sources import Source, load_images
    from tf_interp.peers.waypoints import load_waypoints
    from tf_interp.training.trainer import Trainer

    mark("other imports")
    images = load_images("mnist")[0] if family == "mnist" else draw_faces(64, 0)
    config = from_dict(settings_of(family, "default", "bptt"), "benchmark")
    waypoints = load_waypoints(config.reward, Source(config.data), images.shape[1:], "float32")
    trainer = Trainer(config, images.shape[1:], "float32", waypoints)
    pair = next(iter(trainer.distribute(training_pairs(images, config.optimizer.batch_size, 0))))
    mark("data and networks")
    trainer.train_step.get_concrete_function(*pair)
    mark("tracing of the step")
    float(trainer.train_step(*pair)["loss"])
    mark("compilation and first iteration")
    float(trainer.train_step(*pair)["loss"])
    mark("second iteration")
    parts = {
        part: {"wall": end[0] - begin[0], "cpu": end[1] - begin[1]} for (_, begin), (part, end) in zip(marks, marks[1:])
    }
    print(json.dumps(parts), file=answers, flush=True)


if __name__ == "__main__":
    main()
