"""Damage to files, drawn by Hypothesis."""

from typing import Sequence

from hypothesis import strategies as st

_FRAGMENTS = [b"", b"\0", b"\xff\xfe", b"-", b"-1", b"0", b"1e999", b"9" * 400, b"9" * 5000, b" ", b"\n", b'"', b","]
_JSON = [b"NaN", b"null", b"true", b"{}", b"[]", b"[" * 3000, b'{"a":' * 3000, b'"\\u0000"', b'"\\ud800"', b"[[1]]"]

# Made once, since to make a strategy takes longer than to draw from it.
_EXTREMES = st.sampled_from([0, 1, 2, 7, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1])
_NUMBERS = st.one_of(_EXTREMES, st.integers(0, 2**64 - 1))
_PLACES, _BYTES, _TIMES = st.integers(0, 2**32 - 1), st.integers(0, 255), st.integers(1, 3)
_LAYOUTS = st.sampled_from([(width, order) for width in (2, 4, 8) for order in ("little", "big")])


def damaged(content: bytes, words: Sequence[bytes] = ()) -> st.SearchStrategy:
    """`content` after one to three changes at random places.

    Args:
        words: what stands in files of this kind; it is put anywhere too, and in place of another word.
    """
    present = [word for word in words if word in content]
    return _damaged(content, st.sampled_from([*words, *_FRAGMENTS, *_JSON]), st.sampled_from(present or [b""]))


@st.composite
def _damaged(draw, content: bytes, fragments: st.SearchStrategy, words: st.SearchStrategy) -> bytes:
    for _ in range(draw(_TIMES)):
        change = draw(_CHANGES)
        content = change(draw, content, fragments, words)
    return content


def _set_byte(draw, content, *_):
    at = _place(draw, content)
    return content[:at] + bytes([draw(_BYTES)]) + content[at + 1 :]


def _set_number(draw, content, *_):
    """Lengths, counts and offsets are numbers of 2, 4 or 8 bytes."""
    at, (width, order) = _place(draw, content), draw(_LAYOUTS)
    return content[:at] + (draw(_NUMBERS) % 2 ** (8 * width)).to_bytes(width, order) + content[at + width :]


def _replace_word(draw, content, fragments, words):
    return content.replace(draw(words), draw(fragments), draw(_TIMES))


def _insert(draw, content, fragments, _):
    at = _place(draw, content)
    return content[:at] + draw(fragments) + content[at:]


def _cut(draw, content, *_):
    return content[: _place(draw, content)]


def _leave_out(draw, content, *_):
    first, last = sorted((_place(draw, content), _place(draw, content)))
    return content[:first] + content[last:]


def _repeat(draw, content, *_):
    first, last = sorted((_place(draw, content), _place(draw, content)))
    return content[:last] + content[first:]


def _place(draw, content):
    """Anywhere, and as often near the begin or the end, where formats keep their headers and tables."""
    number, size = draw(_PLACES), len(content)
    near = min(number // 3 % 64, size)
    return (number // 3 % (size + 1), near, size - near)[number % 3]


_SMALL = [_set_byte, _set_number, _replace_word]  # these leave most of a file as it is, so that readers get far
_CHANGES = st.sampled_from([*_SMALL, *_SMALL, *_SMALL, _insert, _cut, _leave_out, _repeat])
