"""Trains the interpolator on faces (section 4.6 of the paper). See `python train_celeba.py --help`."""

import sys

from tf_interp.cli import train

DESCRIPTION = """Trains the interpolator on CelebA, or on any other pictures, by all three transformations.

  --demo              the whole pipeline in minutes, on faces that it draws
  --data-dir ZIP      CelebA's img_align_celeba.zip, converted once; from
                      https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html
  --data-dir FOLDER   pictures of 178 x 218 pixels, as CelebA's
  --data-dir HDF5     what python -m fuel_compat convert celeba 64 wrote,
                      with its --fit from pictures of any size
  --resume RUN        goes on after an interruption"""

if __name__ == "__main__":
    words = [word for given in sys.argv[1:] for word in (("--preset", "demo") if given == "--demo" else (given,))]
    sys.exit(train("celeba", DESCRIPTION, words))
