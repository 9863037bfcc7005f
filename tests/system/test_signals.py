"""Signals outside of training end a program with a sentence and their code."""

import os
import signal

import pytest

from tf_interp.commands import main
from tf_interp.system.entry import exit_code_of
from tf_interp.system.signals import caught_signals

BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


@BOTH
def test_a_signal_is_one_sentence_and_a_code(number, capsys):
    before = signal.getsignal(number)
    assert exit_code_of(lambda: os.kill(os.getpid(), number)) == 128 + number
    said = capsys.readouterr().err.strip()
    assert said == f"interrupted by {number.name}; what was saved before is kept"
    assert signal.getsignal(number) is before


@BOTH
def test_it_is_that_also_where_a_library_makes_another_error_of_it(number, capsys):
    def careless():
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt:
            raise ImportError("numpy.core.multiarray failed to import") from None

    assert exit_code_of(careless) == 128 + number
    assert "numpy" not in capsys.readouterr().err


@BOTH
def test_it_is_that_also_while_a_command_is_imported(number, capsys, monkeypatch):
    monkeypatch.setattr("tf_interp.commands.prepare_tensorflow", lambda: os.kill(os.getpid(), number))
    assert main(["evaluate", "nowhere"]) == 128 + number
    assert capsys.readouterr().err.count("\n") == 2  # the line on which the terminal shows ^C, and the sentence


def test_caught_signals_are_noted_and_the_second_of_a_kind_raises():
    def impatient():
        with caught_signals() as received:
            os.kill(os.getpid(), signal.SIGTERM)
            assert received == [signal.SIGTERM]
            os.kill(os.getpid(), signal.SIGTERM)
            raise AssertionError("not reached")

    assert exit_code_of(impatient) == 143
