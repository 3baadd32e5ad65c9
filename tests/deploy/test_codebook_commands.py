"""`marke codebook`: list, show and check, for people and for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marke.codebook.builtin import read_builtin
from marke_deploy.codebook_commands import codebook
from support.codebook_files import codebook_files, with_change


def run(*words: str) -> Result:
    return CliRunner().invoke(codebook, words, catch_exceptions=False)


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_list_names_every_variable_under_its_theme() -> None:
    found = run("list", "--lang", "en")

    assert found.exit_code == 0
    assert read_builtin().hash in found.output
    assert all(variable.id in found.output for variable in read_builtin().variables)
    assert "Cohesion and trust" in found.output


def test_list_of_one_theme_leaves_the_others_out() -> None:
    found = run("list", "--theme", "health", "--lang", "nl")

    assert "Welbevinden (WHO-5)" in found.output
    assert "energy.gas_use" not in found.output


def test_list_for_a_program_is_one_document() -> None:
    found = json.loads(run("list", "--json").output)

    assert found["version"] == "2026.1"
    assert len(found["variables"]) == len(read_builtin().variables)
    assert found["variables"][0]["id"] == "energy.gas_use"


def test_show_tells_everything_in_the_language_asked() -> None:
    assert "Toestemming voor: energie, vervoer, eten, spullen" in run("show", "footprint.total_per_person").output
    assert "Consent for: energy" in run("show", "energy.gas_use", "--lang", "en").output


def test_show_for_a_program_holds_the_variable_and_its_norms() -> None:
    found = json.loads(run("show", "energy.gas_use", "--json").output)

    assert found["variable"]["clip_by"]["detached"] == {"low": 0, "high": 6500}
    assert found["norms"][0]["value"] == "980"


def test_show_of_an_unknown_variable_says_where_to_look() -> None:
    found = run("show", "energy.unicorns", "--lang", "en")

    assert found.exit_code == 10
    assert "marke codebook list" in found.output


def test_an_unknown_version_is_refused() -> None:
    assert run("list", "--version", "1999.1").exit_code == 16


@pytest.mark.parametrize(("language", "sentence"), [("nl", "klopt"), ("en", "is right")])
def test_check_without_a_folder_checks_the_codebook_of_the_program(language: str, sentence: str) -> None:
    found = run("check", "--lang", language)

    assert found.exit_code == 0
    assert sentence in found.output
    assert read_builtin().hash in found.output


def test_check_of_a_folder_counts_what_is_in_it(tmp_path: Path) -> None:
    put(tmp_path, codebook_files())

    found = json.loads(run("check", str(tmp_path), "--json").output)

    assert (found["version"], found["variables"], found["norms"]) == ("2031.1", 1, 2)


def test_check_names_the_file_and_the_field_that_are_wrong(tmp_path: Path) -> None:
    put(tmp_path, with_change("energy.toml", 'definition.en = "Electricity for light."', ""))

    found = run("check", str(tmp_path), "--lang", "nl")

    assert found.exit_code == 10
    assert all(name in found.output for name in ("energy.toml", "energy.light", "definition.en"))


def test_check_refuses_a_file_far_too_large(tmp_path: Path) -> None:
    put(tmp_path, {"home.toml": b"#" * 5_000_001})

    found = run("check", str(tmp_path), "--lang", "en")

    assert found.exit_code == 10
    assert "home.toml" in found.output


def test_check_of_an_empty_folder_asks_for_the_version(tmp_path: Path) -> None:
    found = run("check", str(tmp_path), "--lang", "en")

    assert found.exit_code == 10
    assert "codebook.toml" in found.output
