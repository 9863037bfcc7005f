"""docs/settings.md is what the code says today."""

import subprocess
import sys
from pathlib import Path

from tf_interp.config import setting_names
from tf_interp.config.document import USES, document, values_in_presets
from tf_interp.config.usage import CONDITIONS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "settings.md"


def test_the_page_is_what_the_code_says_and_needs_no_tensorflow():
    code = "import runpy, sys; runpy.run_module('tf_interp.config.document', run_name='__main__'); "
    code += "sys.exit('tensorflow' in sys.modules)"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    renew = "python -m tf_interp.config.document > docs/settings.md"
    assert made.stdout == PAGE.read_text(encoding="utf-8"), f"settings have changed: {renew}"


def test_every_setting_has_an_entry_and_every_condition_words():
    headings = [line[4:] for line in document().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(setting_names())
    assert list(USES) == list(CONDITIONS)


def test_an_entry_by_hand():
    entry = document().split("### max_flow\n")[1].split("### ")[0].strip().splitlines()
    assert entry == [
        "flows: largest displacement along either axis, in pixels; of a similarity, its largest shift.",
        "",
        "- default: 4",
        "- values: a number from 0.01 to 1,000",
        "- used if `transformations` has warp or similarity",
        "- 1.5 in presets: mnist default (pg), mnist quick (pg)",
        "- 1.25 in presets: mnist default (bptt_stop), mnist quick (bptt_stop)",
        "- 0.01 in presets: mnist lines (bptt)",
        "- 6 in presets: celeba default, celeba paper, celeba quick, celeba demo",
    ]


def test_presets_are_named_with_their_methods_only_where_these_differ():
    assert values_in_presets("steps") == {
        "15": ["mnist default (bptt_stop)", "mnist paper (bptt_stop)", "mnist lines"],
        "3": ["mnist quick"],
        "4": ["celeba default", "celeba paper", "celeba quick", "celeba demo"],
    }
    assert values_in_presets("huber") == {}
