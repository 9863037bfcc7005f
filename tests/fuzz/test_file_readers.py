"""Damaged files give the documented errors, one line each, whatever the damage. benchmarks/fuzz_readers.py has more."""

import warnings

import pytest
from file_readers import DOCUMENTED, READERS
from hypothesis import HealthCheck, given, settings
from mutations import damaged

INPUTS, INPUTS_APART = 60, 4


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_read_or_refused_in_one_line(name, tmp_path):
    reader = READERS[name]
    path, healthy = tmp_path / reader.name, reader.healthy()
    path.write_bytes(healthy)
    reader.read(path)
    refused = []

    @settings(
        max_examples=INPUTS_APART if reader.apart else INPUTS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(healthy, reader.words))
    def survives(content):
        path.write_bytes(content)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                reader.read(path)
        except DOCUMENTED as error:
            assert "\n" not in str(error) and len(str(error)) > 20
            refused.append(error)

    survives()
    assert refused
