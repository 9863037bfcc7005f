"""Facts about runs and trials, under the names that columns of index.json use.

name, figure, words   as index.json has them
settings, parameters  as recorded
figures               metrics.json of a run; of a trial, what was measured of it
evaluation            what `tf-interp evaluate` measured of a run in its folder evaluation/; of a trial, as figures
iterations            that were trained, if the run has ended
seconds               of training; a list, with those of the run whose weights it began with first
ended                 in words
recipe                the command that repeats the run
"""

from pathlib import Path
from typing import Any, Dict, List, Optional

from tf_interp.errors import FileError
from tf_interp.report.index import INDEX, Curve, Row
from tf_interp.system.run_folder import FINISHED, RunFolder, read_json

Facts = Dict[str, Any]
Rows = List[Dict[str, float]]

TRIALS = "trials.json"
NOT_RUN, NOT_RECORDED = "not run yet", "how it ended was not recorded"
_NEEDED = ("name", "group", "differs", "settings", "seed", "commit", "iterations", "seconds", "ended", "figures")


class Records:
    """What a folder of results holds.

    Args:
        results: the folder.
    """

    def __init__(self, results: Path):
        self.results = results
        self._trials: Optional[List[Facts]] = None

    def run(self, row: Row) -> Facts:
        """Facts about a run; only name, words and that it was not run yet if its folder is not there.

        Raises:
            FileError: a record is damaged.
        """
        folder = RunFolder(self.results / row.run)
        named = {"name": row.name, "words": row.words}
        if not folder.config.is_file():
            return {**named, "ended": NOT_RUN}
        record = folder.read_record()
        facts = {**named, **record, "ended": how_it_ended(folder), "recipe": folder.recipe}
        facts["iterations"] = record.get("ended", {}).get("iteration")
        if folder.metrics.is_file():
            facts["figures"] = folder.read_metrics()
            facts["iterations"] = facts["figures"].get("iterations", facts["iterations"])
            facts["seconds"] = [*self._seconds_before(row), facts["figures"].get("train_seconds")]
        evaluation = folder.evaluation / "metrics.json"
        if evaluation.is_file():
            facts["evaluation"] = _first_method(evaluation)
        return facts

    @property
    def trials(self) -> List[Facts]:
        """Facts about every trial of trials.json; none if there is no such file.

        Raises:
            FileError: it is damaged, or a trial lacks something.
        """
        if self._trials is None:
            path = self.results / TRIALS
            self._trials = _read_trials(path) if path.is_file() else []
        return self._trials

    def training_rows(self, curve: Curve) -> Rows:
        """What was logged while a run or a trial was trained; none if there is nothing.

        Raises:
            FileError: no trial has that name, or the curve names neither a run nor a trial.
        """
        if curve.run is not None:
            return RunFolder(self.results / curve.run).read_rows()
        for trial in self.trials:
            if trial["name"] == curve.trial:
                columns = trial.get("training", {})
                return [dict(zip(columns, values)) for values in zip(*columns.values())]
        raise FileError(f"{self.results / INDEX}: curve {curve.label!r}: no run, and no trial named {curve.trial!r}")

    def _seconds_before(self, row: Row) -> List[float]:
        if row.after is None:
            return []
        return [RunFolder(self.results / row.after).read_metrics().get("train_seconds")]


def how_it_ended(folder: RunFolder) -> str:
    """How a run ended, in words, as it recorded it itself.

    Records of older runs say nothing of it. Such a run has finished if it has measured its model, which is the last
    thing that runs do; of the others it is not known.

    Raises:
        FileError: the record is damaged.
    """
    ended = folder.read_record().get("ended")
    if ended is None:
        return FINISHED if folder.metrics.is_file() else NOT_RECORDED
    if not isinstance(ended, dict) or not {"how", "iteration"} <= set(ended):
        raise FileError(f"{folder.config}: ended: expected an object with how and iteration, got {ended!r}")
    if ended["how"] == FINISHED:
        return FINISHED
    return f"{ended['how']} after iteration {ended['iteration']:,}"


def _first_method(path: Path) -> Facts:
    methods = read_json(path).get("methods")
    if not isinstance(methods, list) or not methods:
        raise FileError(f"{path} names no method that was measured")
    return methods[0]


def _read_trials(path: Path) -> List[Facts]:
    trials = read_json(path).get("trials")
    if not isinstance(trials, list):
        raise FileError(f"{path} must hold a list of trials under the name 'trials'")
    names = set()
    for number, trial in enumerate(trials):
        for needed in _NEEDED:
            if needed not in trial:
                raise FileError(f"{path}: trial {number} ({trial.get('name', 'without a name')}) has no {needed!r}")
        if trial["name"] in names:
            raise FileError(f"{path}: two trials are named {trial['name']!r}; names tell them apart")
        names.add(trial["name"])
    return [{**trial, "seconds": [trial["seconds"]], "evaluation": trial["figures"]} for trial in trials]
