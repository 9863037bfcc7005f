"""The table of the lines benchmark."""

from tf_interp.commands import score_lines


def test_the_lines_table_joins_seeds():
    def row(method, distance):
        return {
            "method": method, "mean_distance": distance, "mean_distance_signed": 0.0, "smoothness": 0.5,
            "goal_angle": 0.1, "train_seconds": 180.0, "iterations": 600, "parameters": 1234,
        }  # fmt: skip

    rows = [row("vae_seed0", 0.002), row("vae_seed1", 0.004), row("cross_fade", 0.05)]
    lines = score_lines.markdown(rows).splitlines()
    # 2 and 4 thousandths: mean 3, sample deviation sqrt(2); 0.1 radians are 5.73 degrees
    assert lines[2] == "| vae | 2 | 3 ± 1.4 | 0 ± 0 | 0.5 ± 0 | 5.73 ± 0 | 3.0 | 600 | 1,234 |"
    assert lines[3] == "| cross_fade | 1 | 50 | 0 | 0.5 | 5.73 | 3.0 | 600 | 1,234 |"
