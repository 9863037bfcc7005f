"""Markdown as one HTML page that needs no other file."""

import base64
import html
import re
from pathlib import Path

from PIL import Image

from tf_interp.errors import FileError, InputError

_STYLE = """:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:.85rem;display:block;overflow-x:auto;overflow-wrap:normal}
td,th{border:1px solid #8888;padding:.3rem .6rem;text-align:left}
p:has(>img){overflow-x:auto}img{max-width:100%}img.wide{max-width:max(100%,44rem)}
code{background:#8882;padding:.1rem .3rem}"""
# On a phone a wide picture is scrolled inside of its paragraph, because its words would be too small to read.
_WIDE = 700  # pixels


def to_html(text: str, folder: Path) -> str:
    """Markdown as one HTML page with every picture inside it.

    Args:
        text: Markdown; pictures are PNG files, named relative to `folder`. Its first heading becomes the title.
        folder: where the pictures are.

    Raises:
        FileError: a picture cannot be read.
        InputError: the package Markdown, an extra, is not installed.
    """
    try:
        import markdown
    except ImportError:
        raise InputError("report.html needs the package Markdown; install it with: pip install markdown") from None
    body = markdown.markdown(text, extensions=["tables", "fenced_code"])
    body = re.sub(r'src="([^":]+\.png)"', lambda match: _picture(folder / match.group(1)), body)
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>tf_interp: {html.escape(title.group(1) if title else 'report')}</title><style>{_STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _picture(path: Path) -> str:
    """Attributes of a PNG file's <img>."""
    content = embedded(path)
    with Image.open(path) as picture:
        return f'class="wide" src="{content}"' if picture.width > _WIDE else f'src="{content}"'


def embedded(path: Path) -> str:
    """A picture as a data URI.

    Raises:
        FileError: it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    return f"data:image/{path.suffix[1:]};base64,{base64.b64encode(content).decode()}"
