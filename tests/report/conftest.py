"""A small, made-up folder of results; see tests/results_folder.py."""

import pytest
from results_folder import write_results


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    write_results(folder)
    return folder
