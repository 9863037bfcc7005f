"""How the running program was called, in words that can be typed again."""

import sys
from pathlib import Path
from typing import List, Optional


def program(root: Optional[Path] = None) -> List[str]:
    """The words that start this program: python FILE.py, python -m MODULE, or the name of an installed command.

    Args:
        root: a script inside of this folder is shown by its path from there; default: as it was typed.
    """
    module = getattr(sys.modules["__main__"], "__spec__", None)
    if module:
        return ["python", "-m", module.name.removesuffix(".__main__")]
    script = Path(sys.argv[0])
    if script.name and script.suffix != ".py":
        return [script.name]
    if root and root in script.resolve().parents:
        return ["python", script.resolve().relative_to(root).as_posix()]
    return ["python", sys.argv[0]]
