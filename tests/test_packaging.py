"""What is installed: versions that agree, all packages and their data, the shipped model, licences."""

import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import tf_interp
from tf_interp import load_interpolator
from tf_interp.peers.saved import load_peer
from tf_interp.pretrained import MNIST_ACAI, MNIST_BPTT
from tf_interp.system import startup

try:
    import tomllib
except ImportError:  # before Python 3.11; pytest brings tomli there
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
NEW_PYTHONS = ("3.12", "3.13")


def applies(requirement, python):
    return requirement.marker is None or requirement.marker.evaluate(
        {"python_version": python, "python_full_version": f"{python}.1"}
    )


def pins(name, python):
    """Package -> its release, by a file of requirements or a lock, on one Python."""
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found.update(pins(line.split()[1], python))
        elif re.match(r"[\w.-]+==", line):
            requirement = Requirement(re.split(r"\s+#|\s*\\", line)[0])
            if applies(requirement, python):
                (specifier,) = requirement.specifier
                package = canonicalize_name(requirement.name)
                assert package not in found, f"{name} has {package} twice on Python {python}"
                found[package] = specifier.version
    return found


def demands(python, *groups):
    """What pyproject.toml asks for on one Python, by "dependencies" and by extras: package -> releases it allows."""
    table = {"dependencies": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    requirements = [Requirement(text) for group in groups for text in table[group]]
    return {canonicalize_name(each.name): each.specifier for each in requirements if applies(each, python)}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    "file, groups",
    [
        ("requirements.txt", ("dependencies", "peers", "report", "films", "tests")),
        ("requirements-faces.txt", ("faces",)),
        ("requirements-demo.txt", ("demo",)),
    ],
    ids=["requirements.txt", "requirements-faces.txt", "requirements-demo.txt"],
)
def test_the_tested_releases_are_those_that_the_package_asks_for(file, groups, python):
    pinned, wanted = pins(file, python), demands(python, *groups)
    assert set(pinned) == set(wanted)
    for name, version in pinned.items():
        assert wanted[name].contains(version), f"{file} has {name} {version}, pyproject.toml asks for {wanted[name]}"


def test_one_file_has_either_tensorflow_by_the_version_of_python():
    tensorflows = [pins("requirements.txt", python)["tensorflow"] for python in PYTHONS]
    assert tensorflows == ["2.15.1", "2.15.1", "2.15.1", "2.21.0", "2.21.0"]


def test_the_package_and_the_start_up_check_take_the_same_pythons():
    allowed = [f"3.{minor}" for minor in range(6, 20) if f"3.{minor}" in SpecifierSet(PROJECT["requires-python"])]
    assert allowed == list(PYTHONS)
    assert (startup.OLDEST, startup.FIRST_CURRENT, startup.NEWEST) == ((3, 9), (3, 12), (3, 13))


@pytest.mark.parametrize("python", NEW_PYTHONS)
def test_new_pythons_get_the_current_environment(python):
    assert pins("requirements.txt", python) == pins("requirements-current.txt", python)
    assert pins("requirements.lock", python) == pins("requirements-current.lock", python)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["requirements", "requirements-current"])
def test_a_lock_has_the_tested_releases(name, python):
    if name == "requirements-current" and python == "3.9":
        pytest.skip("TensorFlow 2.21 has no build for Python 3.9")
    assert pins(f"{name}.txt", python).items() <= pins(f"{name}.lock", python).items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-current.lock"])
def test_a_lock_has_a_hash_of_everything(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[\w-]+==)", re.sub(r"(?m)^#.*\n", "", text))
    assert len(entries) > 70 and all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "--index" not in text


@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_commands_look_for_every_package_that_running_needs(python):
    """All dependencies, that is, but setuptools, which TensorBoard alone imports. Extras may be missing."""
    needed = set(demands(python, "dependencies")) - {"setuptools"}
    modules = {"PIL" if name == "pillow" else name.replace("-", "_") for name in needed}
    sought = set()
    startup.require_environment(tuple(map(int, python.split("."))), find=lambda name: sought.add(name) or True)
    assert sought == modules


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


@pytest.mark.parametrize("shipped, shown", [(MNIST_BPTT, "mnist_bptt/model"), (MNIST_ACAI, "peers/acai")])
def test_the_shipped_models_are_those_of_the_results(shipped, shown):
    folder = ROOT / "results" / shown
    if not folder.is_dir():
        pytest.skip(f"no results/{shown}")
    contents = [{path.name: path.read_bytes() for path in each.iterdir()} for each in (shipped, folder)]
    assert contents[0] == contents[1]


def test_the_shipped_models_load():
    assert load_interpolator(MNIST_BPTT).image_shape == load_peer(MNIST_ACAI).image_shape == (28, 28, 1)


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
