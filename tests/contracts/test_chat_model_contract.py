"""langchain-tests' standard suites over our chat models: with words of passages, and remote ones.

The remote model speaks to a real server on loopback. What neither offers (tools, structured output,
pictures, counts of tokens) the suites leave out by their own properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from rag_core.extractive import ExtractiveChatModel
from rag_core.generators import RemoteChatModel, load_generator
from rag_core.settings import Settings
from tests.servers.openai_server import OpenAIServer


class _Offers:
    """What our models do not do."""

    has_tool_calling = False
    has_structured_output = False
    returns_usage_metadata = False


class TestExtractiveUnit(_Offers, ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ExtractiveChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {}


class TestExtractive(_Offers, ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ExtractiveChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {}


class _Remote(_Offers):
    """Behind a server of its own for each test."""

    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        with OpenAIServer() as server:
            type(self)._url = server.url
            yield

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return RemoteChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        settings = Settings(data=Path("unused"), openai_base_url=self._url)
        model = load_generator("openai:any", settings)
        assert isinstance(model, RemoteChatModel)
        return {"name": model.name, "inner": model.inner}

    @pytest.fixture
    def model(self, _server: None) -> BaseChatModel:
        return RemoteChatModel(**self.chat_model_params)


class TestRemoteUnit(_Remote, ChatModelUnitTests):
    pass


class TestRemote(_Remote, ChatModelIntegrationTests):
    pass
