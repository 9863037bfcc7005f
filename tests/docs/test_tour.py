"""docs/tour.ipynb runs from top to bottom, is saved with its outputs, and is small."""

import json
import re
from pathlib import Path

import pytest

from tf_interp.system.run_folder import RunFolder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tour.ipynb"
CELLS = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
CODE = ["".join(cell["source"]) for cell in CELLS if cell["cell_type"] == "code"]
# One iteration of each training, with tiny networks and not compiled.
FEW = {
    "iterations": 1, "eager": True, "steps": 2, "policy_features": [4, 4], "transformer_features": [4, 4],
    "command_size": 4, "waypoint_weight": 0.0, "batch_size": 4,
}  # fmt: skip


def test_every_cell_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TOUR_RUNS", str(tmp_path))
    monkeypatch.setenv("TOUR_CHANGES", json.dumps(FEW))
    names = {}
    for number, cell in enumerate(CODE):
        exec(compile(cell, f"cell {number} of {PAGE.name}", "exec"), names)
    said = capsys.readouterr().out
    found = dict(re.findall(r"^(that ships|two minutes|sparing) +residual +([\d.]+)%", said, re.MULTILINE))
    assert float(found["that ships"]) < 3 < float(found["two minutes"])
    settings, before = (RunFolder(tmp_path / name).read_record()["settings"] for name in ("sparing", "quick"))
    assert settings["painting_cost"] > before["painting_cost"]
    assert settings["initial_model"] == str(tmp_path / "quick")


def test_it_is_saved_with_its_pictures_and_without_errors():
    outputs = [output for cell in CELLS if cell["cell_type"] == "code" for output in cell["outputs"]]
    if not outputs:
        pytest.fail("run it and save it with its outputs")
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 5
    assert {output["output_type"] for output in outputs} <= {"stream", "display_data", "execute_result"}
    assert not any(output.get("name") == "stderr" for output in outputs)
    assert PAGE.stat().st_size < 150_000
