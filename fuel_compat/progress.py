"""The bar that shows how much is converted and how long the rest will take."""

import sys

from tqdm import tqdm


def progress_bar(total: int, shown: bool) -> tqdm:
    """A bar on stderr that counts pictures."""
    # In a log file a bar that is redrawn ten times a second is only noise.
    interval = 0.1 if sys.stderr.isatty() else 10.0
    return tqdm(total=total, unit=" pictures", dynamic_ncols=True, mininterval=interval, disable=not shown)
