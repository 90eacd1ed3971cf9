"""README cannot rot: its tables, commands and links are compared with the repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag_core.cli import main
from rag_core.settings import VARIABLES

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.ko.md")
PAGES = (*READMES, "DECISIONS.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _between(text: str, mark: str) -> str:
    return text.split(f"<!-- {mark} -->")[1].split(f"<!-- /{mark} -->")[0]


def _rows(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_settings_says_what_the_code_does() -> None:
    expected = [
        [f"`{name}`", f"`{default}`" if default else "", meaning]
        for name, (_, default, meaning) in VARIABLES.items()
    ]
    assert _rows(_between(_read("README.md"), "settings")) == expected


def test_the_korean_table_has_the_same_settings_and_defaults() -> None:
    english = _rows(_between(_read("README.md"), "settings"))
    korean = _rows(_between(_read("README.ko.md"), "settings"))
    assert [row[:2] for row in korean] == [row[:2] for row in english]
    assert all(re.search("[가-힣]", row[2]) for row in korean)


@pytest.mark.parametrize("name", READMES)
def test_every_command_of_the_line_is_described(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"^    (\w+) ", capsys.readouterr().out, re.M))
    assert len(known) == 9
    described = {
        word
        for row in _rows(_read(name))
        for word in re.findall(r"`(\w+)[` ]", row[0])
        if word != "make"
    }
    assert known <= described


@pytest.mark.parametrize("name", READMES)
def test_every_make_target_named_is_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", _read("Makefile"), re.M))
    named = {
        word
        for line in re.findall(r"(?:`|^ {4})make ([^`\n#]+)", _read(name), re.M)
        for word in line.split()
        if "=" not in word
    }
    assert named
    assert named <= targets


@pytest.mark.parametrize("name", READMES)
def test_every_file_of_the_house_is_there(name: str) -> None:
    house = re.search(r"^    app\.py .*?\n\n", _read(name), re.M | re.S)
    assert house
    folder = ROOT
    for line in house[0].rstrip().splitlines():
        first, *others = line.split()
        if not line.startswith("      "):
            assert (ROOT / first).exists(), first
            folder = ROOT / first if first.endswith("/") else ROOT
            first = ""
        for word in (first, *others):
            if re.fullmatch(r"\w+(\.py|/)", word):
                assert (folder / word).exists(), word


@pytest.mark.parametrize("name", PAGES)
def test_every_link_into_the_repository_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", _read(name)):
        if "://" not in target:
            assert (ROOT / target).exists(), f"{name} links to {target}"


def test_both_say_the_same_in_the_same_order() -> None:
    shapes = [re.findall(r"^(#+) ", _read(name), re.M) for name in READMES]
    assert shapes[0] == shapes[1]
