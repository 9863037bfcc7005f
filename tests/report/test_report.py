"""The whole report, built from a made-up folder of results."""

import json
import re
import sys

import pytest
import results_folder
from PIL import Image

from tf_interp import commands
from tf_interp.errors import FileError
from tf_interp.report.build import build
from tf_interp.report.page import to_html


def text_of(results):
    build(results)
    return (results / "REPORT.md").read_text()


def test_tables_say_what_is_there_and_how_it_ended(results):
    text = text_of(results)
    recipe = f"`python train_mnist.py --config {results}/good/config.json`"
    assert f"| the good run | 2.25% | 10 | finished | {recipe} |" in text
    assert "| the bad run | diverged after iteration 1,234 |  | diverged after iteration 1,234 | `python" in text
    assert "| the later run | not run yet |  | not run yet |  |" in text
    assert "the later run: `later` was not run yet." in text
    assert "Read it so." in text


def test_the_contents_lead_to_every_section_in_order(results):
    text = text_of(results)
    links = re.findall(r"^- \[(\w+)\]\(#(\w+)\)$", text, re.MULTILINE)
    assert links == [("Runs", "runs"), ("Curves", "curves"), ("Measured", "measured"), ("Trials", "trials")]
    assert re.findall(r'^<a id="(\w+)"></a>\n\n## (\w+)$', text, re.MULTILINE) == [(b, a) for a, b in links]


def test_what_was_measured_shows_its_table_and_how_to_repeat_it(results):
    text = text_of(results)
    assert "Measured at commit abc123. To repeat: `tf-interp evaluate x`" in text
    assert "| the winner |" in text and "![the contest](contest/strips.png)" in text
    assert "`nothing` was not measured yet." in text
    assert "old.module" not in text  # commands of earlier versions may not work any more
    (results / "contest" / "strips.png").unlink()
    assert "(the contest: `contest/strips.png` is not there yet.)" in text_of(results)


def test_plots_are_drawn_and_say_what_they_lack(results):
    text = text_of(results)
    assert "![returns](good/training.png)" in text and (results / "good" / "training.png").is_file()
    assert "Without a line, because nothing was logged yet: later." in text


def test_trials_of_a_group_are_a_table(results):
    assert "### attempts\n\n| run | residual |" in text_of(results)
    assert "| a bold attempt | 50.0% | 1.5 | finished |  |" in text_of(results)
    assert "another kind" not in text_of(results)
    (results / "trials.json").write_text('{"trials": []}')
    content = results_folder.index()
    del content["sections"][1]  # its plot needs the trial
    results_folder.write(results / "index.json", content)
    assert "No trial of the group 'attempts' is recorded." in text_of(results)


def test_the_page_needs_no_other_file(results):
    build(results)
    page = (results / "report.html").read_text()
    sources = re.findall(r'src="([^"]{0,30})', page)
    assert len(sources) == 3 and all(source.startswith("data:image/png;base64,") for source in sources)
    assert "<link" not in page and "<script" not in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert "<title>tf_interp: Made up</title>" in page
    for section in ("runs", "curves", "measured", "trials"):
        assert f'<a href="#{section}">' in page and page.count(f'<a id="{section}">') == 1


def test_a_damaged_result_is_named_and_the_old_report_kept(results):
    before = text_of(results)
    (results / "good" / "metrics.json").write_text("{")
    with pytest.raises(FileError, match="good/metrics.json is not valid JSON"):
        build(results)
    assert (results / "REPORT.md").read_text() == before
    with pytest.raises(FileError, match="nowhere is not a folder"):
        build(results / "nowhere")


def test_a_record_that_is_none_and_a_table_that_is_no_text_are_named(results):
    (results / "contest" / "table.md").write_bytes(b"\xff\xfe")
    with pytest.raises(FileError, match="contest/table.md cannot be read"):
        build(results)
    (results / "good" / "config.json").write_text(json.dumps({"settings": {}}))
    with pytest.raises(FileError, match="good/config.json is not the record of a run: it has no 'parameters'"):
        build(results)


def test_a_picture_that_is_gone_is_named(tmp_path):
    with pytest.raises(FileError, match="gone.png cannot be read"):
        to_html("![x](gone.png)", tmp_path)


def test_pictures_wider_than_a_phone_can_show_are_marked(tmp_path):
    for name, width in (("narrow.png", 700), ("wide.png", 701)):
        Image.new("RGB", (width, 2)).save(tmp_path / name)
    page = to_html("![a](narrow.png)\n\n![b](wide.png)", tmp_path)
    assert re.findall(r'<img alt="(\w)" (class="wide" )?src="data:', page) == [("a", ""), ("b", 'class="wide" ')]


def test_the_command_writes_the_report_and_the_readme(results, capsys):
    readme = results / "README.md"
    readme.write_text("before\n<!-- results -->\nold\n<!-- /results -->\nafter\n")
    assert commands.main(["report", "--results", str(results), "--readme", str(readme)]) == 0
    assert "the good run" in readme.read_text() and (results / "report.html").is_file()
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {results}/REPORT.md and {results}/report.html",
        f"wrote the table of results in {readme}",
    ]


def test_the_command_says_what_is_wrong_in_one_line(results, capsys):
    assert commands.main(["report", "--results", str(results / "nowhere")]) == 2
    assert re.fullmatch(r"error: .*nowhere is not a folder; .*\n", capsys.readouterr().err)


def test_without_the_package_markdown_the_report_says_what_is_missing(results, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "markdown", None)
    assert commands.main(["report", "--results", str(results)]) == 2
    assert "needs the package Markdown; install it with: pip install markdown" in capsys.readouterr().err
    assert not (results / "REPORT.md").exists()
