"""The pages that ship, as a phone would show them: in headless Chromium, which needs no driver for this."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tf_interp.report.gallery import to_gallery
from tf_interp.report.index import read_index
from tf_interp.report.page import to_html

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
RESULTS = Path(__file__).resolve().parent.parent.parent / "results"

# Each page is in a frame of the width of a phone, because a window is never narrower than 500 pixels.
WRAPPER = """<!doctype html><body><iframe style="width:400px;height:800px;border:0"></iframe><script>
const frame = document.querySelector('iframe');
frame.onload = () => { const page = frame.contentDocument; document.body.textContent = JSON.stringify(%s); };
frame.srcdoc = %s;
</script>"""
WIDTH = "page.documentElement.scrollWidth"


def ask(text, question, folder):
    """What a script answers about a page."""
    wrapper = folder / "wrapper.html"
    wrapper.write_text(WRAPPER % (question, json.dumps(text).replace("</", "<\\/")), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder / 'profile'}"]
    words = [*command, "--virtual-time-budget=5000", "--dump-dom", f"file://{wrapper}"]
    shown = subprocess.run(words, capture_output=True, text=True, timeout=120).stdout
    (answer,) = re.findall(r"<body>(.*)</body>", shown, re.DOTALL)
    return json.loads(answer.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def test_the_report_fits_the_width_of_a_phone(tmp_path):
    text = (RESULTS / "REPORT.md").read_text(encoding="utf-8")
    question = f"[{WIDTH}, page.images.length, [...page.images].every(image => image.naturalWidth > 1)]"
    width, pictures, shown = ask(to_html(text, RESULTS), question, tmp_path)
    assert width == 400
    assert pictures == len(re.findall(r"^!\[", text, re.MULTILINE)) > 10 and shown


LOOK = """(() => {
  const look = () => [...page.querySelectorAll('.cells')].map(cells => [...cells.querySelectorAll('.view')]
    .map(view => view.style.backgroundPosition + view.innerHTML));
  const move = value => { page.getElementById('time').value = value;
    page.getElementById('time').dispatchEvent(new Event('input')); return look(); };
  const seen = [move(0), move(20), move(21)], said = page.getElementById('now').textContent;
  page.querySelectorAll('#choice button')[9].click();
  return [WIDTH, seen, said, look(), page.getElementById('now').textContent];
})()""".replace("WIDTH", WIDTH)


def test_the_slider_of_the_gallery_moves_all_methods_at_once(tmp_path):
    index = read_index(RESULTS)
    width, seen, said, faces, said_of_faces = ask(to_gallery(index, index.gallery, RESULTS), LOOK, tmp_path)
    assert width == 400
    (films, maps), (later_films, later_maps), (next_films, next_maps) = seen
    assert len(films) == 7 and all(film.startswith("0% 0%") for film in films)
    assert all(film.startswith("50% 0%") for film in later_films)  # 20 of 40
    assert all(film.startswith("52.5% 0%") for film in next_films)
    assert "<path" in maps[0] and all(a != b for a, b in zip(maps, later_maps)) and next_maps == later_maps
    assert (said, said_of_faces) == ("step 3 of 5", "step 3 of 4")
    assert len(faces[0]) == 3 and all(film.endswith("% 50%") for film in faces[0])  # the second of three
