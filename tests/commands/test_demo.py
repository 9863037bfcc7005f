"""tf-interp demo: from what is drawn on a canvas to a film, in headless Chromium; and what it says where it cannot."""

import importlib.util
import io
import time
import urllib.request

import chromium
import numpy as np
import pytest
from PIL import Image, ImageDraw

from tf_interp.commands import demo
from tf_interp.pretrained import MNIST_BPTT

SEVEN, ONE = [(60, 60), (200, 60), (120, 220)], [(140, 50), (140, 230)]  # strokes on a canvas of 280 x 280
HAS_PAGE = importlib.util.find_spec("gradio") and chromium.CHROMIUM and chromium.DRIVER


@pytest.fixture(scope="module")
def address():
    """The page, served by this process."""
    page = demo.page(demo.models_at_hand())
    _, local, _ = page.launch(prevent_thread_lock=True, quiet=True)
    yield local
    page.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = chromium.started(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


def test_without_gradio_it_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert demo.main([]) == 2
    assert capsys.readouterr().err.endswith("install it with: pip install -r requirements-demo.txt\n")


def test_models_at_hand_are_the_shipped_one_and_those_of_finished_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "done" / "model").mkdir(parents=True)
    (tmp_path / "runs" / "begun").mkdir()
    found = demo.models_at_hand("elsewhere/mine")
    assert list(found.values()) == ["elsewhere/mine", str(MNIST_BPTT), "runs/done"]


def test_a_walk_between_drawn_digits_arrives_and_goes_there_and_back(tmp_path):
    for name, line in (("seven", SEVEN), ("one", ONE)):
        drawn = Image.new("RGBA", (280, 280))
        ImageDraw.Draw(drawn).line(line, fill="black", width=20, joint="curve")
        drawn.save(tmp_path / f"{name}.png")
    film, strip, maps, said = demo.walk(str(MNIST_BPTT), tmp_path / "seven.png", tmp_path / "one.png")
    assert Image.open(film).n_frames == 2 * 60 - 2  # the ends once
    width, height = Image.open(strip).size
    assert width == 7 * height  # start, five steps, goal
    cells = np.asarray(Image.open(strip).convert("L"), float).reshape(height, 7, height)
    assert np.square(cells[:, 5] - cells[:, 6]).sum() < 0.2 * np.square(cells[:, 0] - cells[:, 6]).sum()
    assert Image.open(maps).size[1] > 200
    assert "of the way is left" in said and said.count("drawn ink, cut out") == 2


@pytest.mark.skipif(not HAS_PAGE, reason="needs the packages of requirements-demo.txt, and Chromium with chromedriver")
def test_from_drawing_to_film_in_a_browser(browser, address):
    browser.get(address)
    wait_for(lambda: all(browser.execute_script(CANVAS, title) for title in ("start", "goal")))
    for title, line in (("start", SEVEN), ("goal", ONE)):
        draw(browser, browser.execute_script(CANVAS, title), line)
    browser.execute_script("document.querySelector('#walk').click()")
    wait_for(lambda: all(browser.execute_script(SHOWN, name) for name in ("film", "strip", "maps")))
    source = browser.execute_script("return document.querySelector('#film img').src")
    with urllib.request.urlopen(source) as answer:
        film = Image.open(io.BytesIO(answer.read()))
    assert film.n_frames > 60 and np.ptp(np.asarray(film.convert("L"))) > 200  # something was drawn
    assert "of the way is left" in browser.execute_script("return document.body.innerText")


CANVAS = "return document.querySelector(`#${arguments[0]} canvas`)"
SHOWN = """
const image = document.querySelector(`#${arguments[0]} img`);
return image && image.complete && image.naturalWidth > 1;
"""


def draw(browser, canvas, line):
    """Draws by the mouse; the line's numbers are 280ths of the canvas."""
    from selenium.webdriver import ActionChains

    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    scale = np.array([canvas.size["width"], canvas.size["height"]]) / 280
    places = (np.array(line) - 140) * scale
    chain = (
        ActionChains(browser, duration=50).move_to_element_with_offset(canvas, *map(int, places[0])).click_and_hold()
    )
    for place, before in zip(places[1:], places):
        chain.move_by_offset(*map(int, place - before))
    chain.release().perform()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the page never showed it"
        time.sleep(0.3)
