"""Settings from the environment and the secrets file."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from rag_core.errors import WrongSetting
from rag_core.settings import DEFAULT_MODEL_WITH_KEY, VARIABLES, Settings

EXAMPLE = Path(__file__).parents[2] / ".streamlit" / "secrets.toml.example"
DERIVED = {"embedding_fixed"}


def test_environment_wins_over_the_secrets_file(tmp_path: Path) -> None:
    settings = Settings.load(
        {"SEODAM_DATA": str(tmp_path), "SEODAM_MAX_PAGES": "7"},
        {"SEODAM_MAX_PAGES": "9", "OPENAI_BASE_URL": "http://localhost:1/v1"},
    )
    assert settings.data == tmp_path
    assert settings.max_pages == 7
    assert settings.openai_base_url == "http://localhost:1/v1"


def test_nothing_set_means_no_key_and_no_model() -> None:
    settings = Settings.load({"HOME": "/home/somebody"})
    assert settings.model == "extractive"
    assert settings.embedding == "bundled"
    assert not settings.single_user


def test_a_key_chooses_a_model_unless_one_is_named() -> None:
    assert Settings.load({"OPENAI_API_KEY": "k"}).model == DEFAULT_MODEL_WITH_KEY
    named = Settings.load({"OPENAI_API_KEY": "k", "SEODAM_MODEL": "extractive"})
    assert named.model == "extractive"


def test_an_empty_value_counts_as_absent() -> None:
    settings = Settings.load({"SEODAM_MAX_PAGES": "", "OPENAI_API_KEY": ""}, {"SEODAM_MODEL": ""})
    assert (settings.max_pages, settings.model) == (3000, "extractive")


def test_a_secrets_file_may_hold_numbers_and_truth_values() -> None:
    settings = Settings.load({}, {"SEODAM_SINGLE_USER": True, "SEODAM_MAX_UPLOAD_MB": 9})
    assert settings.single_user
    assert settings.max_upload_mb == 9
    with pytest.raises(WrongSetting):
        Settings.load({}, {"SEODAM_MAX_PAGES": 0})


def test_the_data_folder_is_the_users_unless_one_is_named(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert tmp_path in Settings.load(home).data.parents
    assert Settings.load(home | {"SEODAM_DATA": "~/x"}).data == Path("~/x").expanduser()


def test_an_embedding_named_from_outside_is_fixed() -> None:
    assert Settings.load({"SEODAM_EMBEDDING": "bundled"}).embedding_fixed
    assert not Settings.load({}).embedding_fixed


def test_every_field_has_a_variable_and_its_default_is_the_one_shown() -> None:
    plain = Settings.load({"HOME": "/home/somebody"})
    assert {name for name, _, _ in VARIABLES.values()} == {
        one.name for one in fields(Settings) if one.name not in DERIVED
    }
    for variable, (name, shown, _) in VARIABLES.items():
        if shown:
            assert getattr(Settings.load({variable: shown}), name) == getattr(plain, name)


def test_the_example_of_a_secrets_file_can_be_read() -> None:
    uncommented = re.sub(r"^# (?=\w+ =)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.M)
    example = tomllib.loads(uncommented)
    assert {"OPENAI_API_KEY", "SEODAM_DATA"} <= set(example) <= set(VARIABLES)
    assert Settings.load({}, example).model == "openai:gpt-4o-mini"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SEODAM_MAX_PAGES", "many"),
        ("SEODAM_MAX_PAGES", "0"),
        ("SEODAM_SINGLE_USER", "perhaps"),
        ("SEODAM_EMBEDDING", "sentence-transformers:"),
        ("SEODAM_MODEL", "gpt"),
    ],
)
def test_a_value_that_cannot_be_understood_is_refused(variable: str, value: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        Settings.load({variable: value})
    assert variable in str(refused.value)


def test_the_key_is_not_shown() -> None:
    assert "sk-canary" not in repr(Settings.load({"OPENAI_API_KEY": "sk-canary"}))
