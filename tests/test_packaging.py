"""What is installed: versions that agree, all packages and their data, the shipped model, licences."""

import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tf_interp
from tf_interp import load_interpolator
from tf_interp.pretrained import MNIST_BPTT
from tf_interp.system import startup

try:
    import tomllib
except ImportError:  # before Python 3.11; pytest brings tomli there
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


def pins(name):
    """Package -> its versions in a file of requirements; a lock may have one for each Python."""
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        match = re.match(r"([\w.-]+)==([^\s;\\]+)", line)
        if match:
            found.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return found


def demands(*groups):
    """What pyproject.toml asks for, by "dependencies" and by extras: package -> the versions it allows."""
    table = {"dependencies": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    texts = [text for group in groups for text in table[group]]
    return {canonicalize_name(each.name): each.specifier for each in map(Requirement, texts)}


@pytest.mark.parametrize(
    "file, wanted",
    [
        ("requirements.txt", demands("dependencies", "peers", "report", "tests")),
        ("requirements-faces.txt", demands("faces")),
    ],
    ids=["requirements.txt", "requirements-faces.txt"],
)
def test_the_tested_releases_are_those_that_the_package_asks_for(file, wanted):
    pinned = pins(file)
    assert set(pinned) == set(wanted)
    for name, (version,) in pinned.items():
        assert wanted[name].contains(version), f"{file} has {name} {version}, pyproject.toml asks for {wanted[name]}"


def test_the_lock_has_the_tested_releases_and_a_hash_of_everything():
    locked, pinned = pins("requirements.lock"), pins("requirements.txt")
    assert {name: locked[name] for name in pinned} == pinned
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[\w-]+==)", re.sub(r"(?m)^#.*\n", "", text))
    assert len(entries) > 80 and all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "--index" not in text


def test_commands_look_for_every_package_that_running_needs():
    """All dependencies, that is, but setuptools, which TensorBoard alone imports. Extras may be missing."""
    modules = {"PIL" if name == "pillow" else name.replace("-", "_") for name in demands("dependencies")}
    assert set(startup.PACKAGES) == modules - {"setuptools"}


def test_there_is_one_version():
    assert PYPROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "tf_interp.__version__"}
    assert "version" in PROJECT["dynamic"] and "version" not in PROJECT
    assert re.fullmatch(r"\d+\.\d+\.\d+", tf_interp.__version__)


def test_every_folder_of_code_is_a_package_and_its_data_are_declared():
    declared = PYPROJECT["tool"]["setuptools"]["package-data"]
    globs = [ROOT / package.replace(".", "/") / glob for package, glob in _pairs(declared)]
    installed = {path for glob in globs for path in glob.parent.glob(glob.name)}
    for path in _tracked("tf_interp", "fuel_compat"):
        if path.suffix == ".py":
            assert (path.parent / "__init__.py").is_file(), f"{path.parent} is no package: it would not be installed"
        else:
            assert path in installed, f"{path} would not be installed: declare it in pyproject.toml"


def test_the_shipped_model_is_that_of_the_results():
    shown = ROOT / "results" / "mnist_bptt" / "model"
    if not shown.is_dir():
        pytest.skip("no results/mnist_bptt/model")
    contents = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in (MNIST_BPTT, shown)]
    assert contents[0] == contents[1]
    assert load_interpolator(MNIST_BPTT).image_shape == (28, 28, 1)


def test_code_and_data_have_their_licences():
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])
    assert "The tf_interp authors" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    notice = (ROOT / "tf_interp" / "data" / "mnist_idx" / "LICENSE").read_text(encoding="utf-8")
    assert "Yann LeCun and Corinna Cortes" in notice and "licenses/by-sa/3.0/legalcode" in notice
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert 'title: "Transformation-based Image Interpolation"' in citation and "family-names: Ganin" in citation


def _pairs(declared):
    return [(package, glob) for package, globs in declared.items() for glob in globs]


def _tracked(*folders):
    done = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a checkout")
    return [ROOT / name for name in done.stdout.splitlines()]
