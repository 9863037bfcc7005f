"""What maps show, in words for those who have not read the paper."""

from typing import Dict, NamedTuple


class Words(NamedTuple):
    """Of one map: what it shows, and how to read it."""

    shows: str
    reading: str


_WORDS: Dict[str, Words] = {
    "flow": Words("where pixels came from", "each arrow leads from where a pixel was to where it is now"),
    "similarity": Words("how all was turned and shifted", "each arrow leads from where a pixel was to where it is now"),
    "alpha_recolor": Words("how much was recoloured", "dark has the new colour, white keeps its own"),
    "A I + b": Words("the new colours", "all of the picture in its new colours"),
    "alpha_blend": Words("how much was painted", "dark is painted anew, white was only moved"),
    "D": Words("the paint", "what the dark places are painted with"),
}


def words_of(label: str) -> Words:
    """The words for a label of `tf_interp.model.transforms.maps_of`; the label itself where there are none."""
    return _WORDS.get(label, Words(label, ""))
