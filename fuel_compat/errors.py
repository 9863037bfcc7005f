"""What can end a conversion early. Each message names the file or option, the value and the remedy."""

import re

_LONGEST_WORD, _LONGEST = 200, 3000  # characters


class InputError(ValueError):
    """An option has a value that cannot be used."""


class FileError(OSError):
    """A file, a folder or a picture in it is missing, damaged, unfit, implausible or cannot be written."""


def shown(error: Exception) -> str:
    """The message of an error, with the middle of endless paths and values left out."""
    return _cut(re.sub(r"\S+", lambda word: _cut(word[0], _LONGEST_WORD), str(error)), _LONGEST)


def _cut(text: str, longest: int) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}...{text[-half:]}"
