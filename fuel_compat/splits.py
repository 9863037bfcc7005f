"""Which rows are for training, validation and test."""

from typing import Dict, Optional, Sequence, Tuple

from fuel_compat.errors import InputError

NAMES = ("train", "valid", "test")
OFFICIAL_STOPS = (162770, 182637, 202599)  # of CelebA's own partition, in the order of the pictures' numbers

Splits = Dict[str, Tuple[int, int]]


def split_rows(count: int, counts: Optional[Sequence[int]] = None) -> Splits:
    """Divides `count` rows, in their order.

    Args:
        count: number of rows.
        counts: how many are for training, validation and test; None for CelebA's partition, scaled to `count`.

    Returns:
        Name -> first row, row after the last.

    Raises:
        InputError: counts are not three numbers from 0 up that add up to `count`.
    """
    if counts is None:
        stops = [round(count * stop / OFFICIAL_STOPS[-1]) for stop in OFFICIAL_STOPS]
    else:
        if len(counts) != len(NAMES) or min(counts) < 0 or sum(counts) != count:
            given = ",".join(map(str, counts))
            raise InputError(f"--split {given}: must be {', '.join(NAMES)} counts that add up to the {count} pictures")
        stops = [sum(counts[: last + 1]) for last in range(len(NAMES))]
    return dict(zip(NAMES, zip([0, *stops], stops)))


def describe_splits(splits: Splits, given: bool) -> str:
    """One line for the screen."""
    stops = tuple(stop for _, stop in splits.values())
    kind = "as given" if given else "official" if stops == OFFICIAL_STOPS else "in proportion to the official one"
    return f"split {kind}: " + ", ".join(f"{name} {stop - start:,}" for name, (start, stop) in splits.items())
