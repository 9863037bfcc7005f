"""What can end a conversion early. Each message names the file or option, the value and the remedy."""


class InputError(ValueError):
    """An option has a value that cannot be used."""


class FileError(OSError):
    """A file, a folder or a picture in it is missing, damaged, unfit, implausible or cannot be written."""
