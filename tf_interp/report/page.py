"""Markdown as one HTML page that needs no other file."""

import base64
import html
import re
from pathlib import Path

from tf_interp.errors import FileError, InputError

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;font-size:.85rem;display:block;overflow-x:auto}
td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left}
img{max-width:100%}code{background:#f3f3f3;padding:.1rem .3rem;overflow-wrap:anywhere}"""


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
    body = re.sub(r'src="([^":]+\.png)"', lambda match: f'src="{_embedded(folder / match.group(1))}"', body)
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>tf_interp: {html.escape(title.group(1) if title else 'report')}</title><style>{_STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _embedded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"
