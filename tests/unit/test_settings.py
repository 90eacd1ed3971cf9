from pathlib import Path

import pytest

from rag_core.errors import WrongSetting
from rag_core.settings import DEFAULT_MODEL_WITH_KEY, Settings


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
