"""The repository's own files: no addresses of registries or machines, templates that need no script, two commands."""

import re
import tomllib
from pathlib import Path

import pytest

from support.sources import ROOT, tracked_files

TEXT_ENDINGS = {".py", ".md", ".toml", ".txt", ".html", ".css", ".sh", ".po", ".svg", ".json", ".yaml", ".in", ""}
REGISTRIES = re.compile(
    "files[.]python" + "hosted|registry[.]npm" + "js|pypi[.]o" + "rg/simple|deb[.]deb" + "ian[.]org"
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:ro" + r"ot|wo" + r"rk|home/[a-z]+)/[a-z.]")


def _texts() -> list[Path]:
    return [path for path in tracked_files() if path.suffix in TEXT_ENDINGS]


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE_PATHS], ids=["registry", "machine path"])
def test_no_file_names_a_registry_or_a_path_of_one_machine(pattern: re.Pattern[str]) -> None:
    found = [str(path) for path in _texts() if pattern.search((ROOT / path).read_text("utf-8", errors="replace"))]
    assert found == []


def _templates() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".html" and "templates" in path.parts]


@pytest.mark.parametrize("path", _templates(), ids=str)
def test_a_template_has_no_script_style_or_foreign_address(path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|\|\s*safe", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("path", _templates(), ids=str)
def test_every_posting_form_carries_the_csrf_field(path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    macros = re.findall(r"{% macro (\w+)\(.*?{% endmacro %}", text, flags=re.DOTALL)
    carriers = ["csrf", *(name for name in macros if re.search(rf"macro {name}\(\).{{0,40}}csrf", text))]
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, flags=re.IGNORECASE | re.DOTALL)
    assert [form[:60] for form in forms if not any(carrier in form for carrier in carriers)] == []


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    block = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)
    assert block[0].split("\n")[:2] == ["deploy/demo", "tests/run"]
    assert len(block[0].strip().splitlines()) == 2


def test_every_declared_requirement_is_pinned_for_the_tests() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = declared["project"]["optional-dependencies"].values()
    wanted = [*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]]
    wanted += [one for extra in extras for one in extra if not one.startswith("marke")]
    names = {re.split(r"[\[<>=]", one)[0].lower() for one in wanted}
    pinned = (ROOT / "deploy/requirements/dev.txt").read_text("utf-8")
    assert names - set(re.findall(r"(?m)^([\w-]+)(?:\[.*\])?==", pinned)) == set()


def test_samples_of_others_are_not_in_the_project() -> None:
    names = {
        "dsmr_reader_hour.csv",
        "homewizard_15min_elec.csv",
        "engie_hourly.csv",
        "liander.csv",
        "greenchoice_daily.csv",
    }
    assert [path for path in tracked_files() if path.name in names] == []


def test_no_lock_file_with_addresses_is_committed() -> None:
    assert [path for path in tracked_files() if path.name in {"uv.lock", "poetry.lock", "package-lock.json"}] == []


def test_every_pinned_package_carries_a_hash() -> None:
    for path in (ROOT / "deploy/requirements").glob("*.txt"):
        pins = re.split(r"\n(?=\S)", path.read_text("utf-8").strip())
        assert [pin.split(" ")[0] for pin in pins if "--hash=sha256:" not in pin] == []
