"""python -m tf_interp: the command `tf-interp`, where it is not installed."""

import sys

from tf_interp.commands import main

if __name__ == "__main__":
    sys.exit(main())
