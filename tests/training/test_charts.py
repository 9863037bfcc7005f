"""TensorBoard's charts: each has its page and a description."""

import json
from pathlib import Path

import pytest

from tf_interp.training.charts import PAGES, chart

RESULTS = Path(__file__).parents[2] / "results"


def test_pages_come_in_the_order_of_what_one_asks():
    asked = ["Does it learn", "Does it arrive", "What does each step do", "Is pi sure"]
    assert [page[2:] for page in PAGES][:4] == asked and sorted(PAGES) == list(PAGES)  # TensorBoard sorts them


@pytest.mark.parametrize(
    "name, page",
    [
        ("return", "1 Does it learn"),
        ("reward/goal", "1 Does it learn"),
        ("held_out/goal_relative", "2 Does it arrive"),
        ("final/goal_distance", "2 Does it arrive"),
        ("alpha_blend", "3 What does each step do"),
        ("held_out/flow", "3 What does each step do"),
        ("command_stddev", "4 Is pi sure"),
        ("mixture_critic/loss", "5 Critics and baseline"),
        ("gradient_norm/mixture_critic", "6 Gradients"),
        ("layer_gradient_norm/policy/0_conv2d", "7 Gradients of each layer"),
        ("brand_new", "1 Does it learn"),
    ],
)
def test_a_chart_keeps_the_name_of_the_files_behind_its_page(name, page):
    assert chart(name).tag == f"{page}/{name}"


def test_everything_that_runs_on_record_logged_has_a_description():
    rows = [path.read_text(encoding="utf-8").partition("\n")[0] for path in RESULTS.rglob("metrics.jsonl")]
    names = {name for row in rows for name in json.loads(row)} - {"iteration"}
    if not names:
        pytest.skip("no results")
    assert len(names) > 40 and [name for name in names if not chart(name).text] == []
