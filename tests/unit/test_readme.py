"""README cannot rot: its tables, commands and links are compared with the repository."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from rag_core.cli import main
from rag_core.errors import LIMIT_WORDS, limit_in_words
from rag_core.parsing.limits import DEFAULT_LIMITS, OCR_LIMITS, PICTURE_LIMITS, Limits
from rag_core.settings import VARIABLES
from rag_core.translations import _KOREAN_LIMITS

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


@pytest.mark.parametrize(("name", "words"), [
    ("README.md", LIMIT_WORDS), ("README.ko.md", _KOREAN_LIMITS),
])  # fmt: skip
def test_the_table_of_limits_says_what_the_code_does(name: str, words: dict[str, str]) -> None:
    """One row a limit: of a file, of a page's picture, of the OCR of a page, and its setting."""
    picture, ocr = {"seconds", "memory"}, {"characters", "seconds", "memory"}
    expected = []
    for field in dataclasses.fields(Limits):
        limit = field.name.removesuffix("_mb")

        def told(limits: Limits, name: str = field.name, limit: str = limit) -> str:
            allowed = getattr(limits, name)
            return limit_in_words({"limit": limit, "allowed": allowed}, words)

        expected.append([
            f"`{limit}`",
            told(DEFAULT_LIMITS),
            told(PICTURE_LIMITS) if limit in picture else "",
            told(OCR_LIMITS) if limit in ocr else "",
        ])  # fmt: skip
    rows = _rows(_between(_read(name), "limits"))
    assert [row[:4] for row in rows] == expected
    for row in rows:
        if setting := row[4].strip("`"):
            default = int(VARIABLES[setting][1])
            assert f"{default:,}" in row[1]


@pytest.mark.parametrize("name", READMES)
def test_every_command_of_the_line_is_described(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"^    (\w+) ", capsys.readouterr().out, re.M))
    assert len(known) == 10
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
