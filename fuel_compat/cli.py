"""The command line, in the manner of fuel-convert and fuel-info."""

import argparse
import signal
import sys
from typing import Callable, Optional, Sequence, Tuple

from fuel_compat.errors import InputError, shown

_ABOUT = "Converts CelebA and MNIST to HDF5 files in the layout of the Fuel framework, and shows what such files hold."
_EXAMPLES = """\
examples:
  python -m fuel_compat convert celeba 64 -d downloads -o data
      downloads/ holds img_align_celeba.zip and list_attr_celeba.txt; writes data/celeba_64.hdf5
  python -m fuel_compat convert celeba 64 -d faces.zip -o data --no-targets
      any zip archive or folder of aligned faces, 178 x 218 pixels
  python -m fuel_compat convert celeba 64 -d holidays -o data --no-targets --fit
      pictures of any size: cropped around the centre, then resized
  python -m fuel_compat convert mnist -d downloads -o data
  python -m fuel_compat info data/celeba_64.hdf5
"""
_CELEBA = """\
From aligned faces to HDF5: features uint8 [N,3,H,W], targets uint8 [N,40].

formats:
  64                celeba_64.hdf5: Lanczos to 64 x 78, then rows 7 to 71
  aligned_cropped   celeba_aligned_cropped.hdf5: the faces as they are, 178 x 218
  another number    the same cut at another size, 1 to 178
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command line.

    Returns:
        0 on success; 2 for bad options, input that cannot be used and files that cannot be written; 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (InputError, OSError) as error:
        print(f"error: {shown(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; nothing was written", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _with_help(argparse.ArgumentParser, prog="python -m fuel_compat", description=_ABOUT, epilog=_EXAMPLES)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    convert = _with_help(commands.add_parser, "convert", help="make an HDF5 file", epilog=_EXAMPLES)
    data = convert.add_subparsers(metavar="DATA", required=True)
    _add_celeba(data.add_parser)
    _add_mnist(data.add_parser)
    info = _with_help(commands.add_parser, "info", help="show what is in an HDF5 file")
    info.add_argument("file", metavar="FILE")
    info.set_defaults(run=_info)
    return parser


def _with_help(make: Callable[..., argparse.ArgumentParser], *args, **kwargs) -> argparse.ArgumentParser:
    return make(*args, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)


def _add_celeba(add: Callable[..., argparse.ArgumentParser]) -> None:
    celeba = _with_help(add, "celeba", help="aligned faces", description=_CELEBA, epilog=_EXAMPLES)
    celeba.add_argument("size", metavar="FORMAT", type=_size, help="64 or aligned_cropped; see above")
    _add_folders(celeba, "zip archive, or the folder with it or with the pictures")
    celeba.add_argument("--no-targets", dest="targets", action="store_false", help="leave the attributes out")
    celeba.add_argument("--limit", metavar="N", type=int, help="take the first N pictures")
    celeba.add_argument(
        "--split",
        metavar="TRAIN,VALID,TEST",
        type=_counts,
        help="how many pictures each split gets; default: CelebA's 162770,19867,19962, or its proportions",
    )
    celeba.add_argument("--fit", action="store_true", help="crop and resize pictures of any size, convert any colours")
    celeba.add_argument("--allow-missing", action="store_true", help="take numbered pictures with gaps in the numbers")
    celeba.add_argument("--workers", metavar="N", type=int, help="processes; default: one for each core")
    celeba.set_defaults(run=_celeba)


def _add_mnist(add: Callable[..., argparse.ArgumentParser]) -> None:
    about = "From MNIST's four IDX files, gzipped or not, to HDF5: features uint8 [N,1,28,28], targets uint8 [N,1]."
    mnist = _with_help(add, "mnist", help="handwritten digits", description=about, epilog=_EXAMPLES)
    _add_folders(mnist, "folder of train-images-idx3-ubyte.gz and the other three")
    mnist.set_defaults(run=_mnist)


def _add_folders(parser: argparse.ArgumentParser, source: str) -> None:
    parser.add_argument("-d", "--directory", default=".", metavar="INPUT", help=f"{source}; default: here")
    parser.add_argument(
        "-o", "--output-directory", default=".", metavar="OUTPUT", help="folder of the result; default: here"
    )
    parser.add_argument(
        "-r", "--output-filename", "--output_filename", metavar="NAME", help="name of the result; default: as Fuel's"
    )


def _size(text: str) -> Optional[int]:
    if text == "aligned_cropped":
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not 64, another number, or aligned_cropped") from None


def _counts(text: str) -> Tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers with commas, such as 800,100,100") from None


def _celeba(options: argparse.Namespace) -> None:
    from fuel_compat.celeba import convert_celeba  # here, so that --help need not wait for HDF5

    settings = {name: value for name, value in vars(options).items() if name != "run"}
    convert_celeba(**settings, progress=True)


def _mnist(options: argparse.Namespace) -> None:
    from fuel_compat.mnist import convert_mnist

    convert_mnist(options.directory, options.output_directory, output_filename=options.output_filename, progress=True)


def _info(options: argparse.Namespace) -> None:
    from fuel_compat.info import describe

    print(describe(options.file))
