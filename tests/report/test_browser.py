"""TensorBoard's pages and the report in a real browser: headless Chromium, driven by Selenium."""

import re
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tf_interp.config import settings
from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.report.page import to_html
from tf_interp.training.run_log import RunLog, write_summary

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium with chromedriver on this machine")

# TensorBoard's pages hide their text in shadow roots, which innerText does not enter.
EVERYTHING = """
const texts = [];
const visit = node => {
  if (node.nodeType === 3) texts.push(node.textContent);
  if (node.nodeName === 'STYLE' || node.nodeName === 'SCRIPT') return;
  if (node.shadowRoot) visit(node.shadowRoot);
  node.childNodes.forEach(visit);
};
visit(document.body);
return texts.join(' ');
"""
IMAGES = """
const found = [];
const visit = node => {
  if (node.nodeName === 'IMG') found.push(node.complete && node.naturalWidth > 1 ? node.naturalWidth : 0);
  if (node.shadowRoot) visit(node.shadowRoot);
  node.childNodes.forEach(visit);
};
visit(document.body);
return found;
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    words = "headless=new no-sandbox disable-gpu no-first-run disable-background-networking disable-component-update"
    for word in (*words.split(), "disable-sync", "window-size=1400,1000", f"user-data-dir={profile}"):
        options.add_argument(f"--{word}")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """TensorBoard serving the logs of two short runs."""
    folder = tmp_path_factory.mktemp("runs")
    for name, rate in (("slow", 0.001), ("fast", 0.002)):
        (folder / name).mkdir()
        with RunLog(folder / name, 0, 20) as log:
            log.settings(settings(learning_rate=rate, steps=2).to_dict())
            for iteration in (10, 20):
                log.scalars(iteration, {"return": -5.0 / iteration, "goal_distance": 5.0 / iteration})
                walks = trajectory()
                log.pictures(iteration, walks, {"flow": walks.params["mu_flow"]}, "held_out")
        write_summary(folder / name, 20, {"goal_relative": 0.05})
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--port", "0", "--load_fast=false"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    found = None
    while not found:
        line = server.stderr.readline()
        assert line, "TensorBoard ended before it named its address"
        found = re.search(r"http://localhost:\d+", line)
    threading.Thread(target=server.stderr.read, daemon=True).start()  # so that it never waits for a reader
    yield found.group()
    server.terminate()
    server.wait()


def trajectory():
    random = np.random.RandomState(0)
    frames, flow = (tf.constant(random.uniform(size=s), tf.float32) for s in ([2, 3, 8, 8, 1], [2, 2, 8, 8, 2]))
    numbers = tf.zeros([2, 2, 4])
    command = Command(PolicyOutput(numbers, numbers, numbers[..., 0]), numbers, tf.zeros([2, 2], tf.bool))
    return Trajectory(frames, frames[:, 0], command, {"mu_flow": flow}, tf.ones([2, 2], tf.bool))


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the page never showed it"
        time.sleep(0.3)


@pytest.mark.parametrize(
    "page, words",
    [
        ("scalars", ("1 Does it learn", "return", "goal_distance", "slow", "a walk earns")),
        ("images", ("held_out/strips", "fast", "Held-out walks")),
        ("hparams", ("learning_rate", "batch_size", "final/goal_relative", "0.050000", "slow", "fast")),
    ],
)
def test_tensorboard_shows_the_runs(browser, address, page, words):
    browser.get("about:blank")
    browser.get(f"{address}/#{page}")
    wait_for(lambda: all(word in browser.execute_script(EVERYTHING) for word in words))
    if page == "images":
        wait_for(lambda: any(browser.execute_script(IMAGES)))


def test_every_picture_of_the_report_is_shown(browser, tmp_path):
    for name, width in (("a.png", 30), ("b.png", 40)):
        Image.new("RGB", (width, 5), "red").save(tmp_path / name)
    page = tmp_path / "elsewhere" / "report.html"
    page.parent.mkdir()
    page.write_text(to_html("# Title\n\n![one](a.png)\n\n| x | y |\n| - | - |\n| 1 | 2 |\n\n![two](b.png)", tmp_path))
    (tmp_path / "a.png").unlink()  # the page must not need it
    browser.get(f"file://{page}")
    assert browser.execute_script(IMAGES) == [30, 40]
    assert browser.execute_script("return document.querySelectorAll('td').length") == 2
