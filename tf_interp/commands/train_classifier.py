"""Trains the classifier behind the metrics: tf-interp classifier --out FOLDER"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import List, Literal, Optional

from tf_interp.commands.options import check_range, check_seed, run_command

DESCRIPTION = """Trains the small classifier in whose features walks are measured, 2 minutes on 2 CPU cores.

  tf-interp classifier --data-dir fashion_mnist --out fashion_classifier
  tf-interp evaluate MODEL --classifier fashion_classifier
      for a MODEL that was trained on fashion_mnist too"""


@dataclass(frozen=True)
class Options:
    out: str
    """Folder to write the classifier to; one that is there already is replaced."""
    data_dir: Optional[str] = None
    """Folder with four IDX .gz files. Default: the MNIST that ships with the package."""
    epochs: int = 4
    """Passes over the training images."""
    seed: int = 0
    """Seeds the weights and the order of the images."""
    architecture: Literal["plain", "deeper"] = "plain"
    """plain: two convolutions of 5 x 5; deeper: three of 3 x 3."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("classifier", Options, DESCRIPTION, train, arguments)


def train(options: Options) -> None:
    """Trains, tests and saves a classifier, and says how good it is.

    Raises:
        InputError: epochs or seed out of range.
        FileError: the data cannot be read.
    """
    from tf_interp.data import mnist
    from tf_interp.data.sources import Source
    from tf_interp.features.classifier import save_classifier
    from tf_interp.features.classifier_training import accuracy, train_classifier
    from tf_interp.system.device import describe_device
    from tf_interp.system.files import make_folder
    from tf_interp.system.provenance import describe_start

    check_range("epochs", options.epochs, 1, 10**6)
    check_seed(options.seed)
    training, test = (mnist.load_split(split, options.data_dir) for split in ("train", "test"))
    make_folder(Path(options.out))
    classifier = train_classifier(training, options.epochs, options.seed, options.architecture)
    found = accuracy(classifier, test)
    record = {
        "settings": asdict(options),
        "test_accuracy": found,
        "parameters": classifier.count_params(),
        **describe_start(describe_device("float32"), iteration=0),
    }
    source, image_shape = Source("mnist", options.data_dir), training.images.shape[1:]
    save_classifier(classifier, image_shape, source, record, Path(options.out))
    print(f"accuracy {found:.2%} on {len(test.images)} test images; wrote {options.out}")
