"""Seodam in Haystack pipelines: a retriever over a library, a reader that needs no language model.

    pip install -r integrations/haystack/requirements.txt

Importing this switches Haystack's telemetry off, which would report every pipeline that runs.
"""

import os

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"

from haystack.telemetry import _telemetry  # after it has been switched off

_telemetry.telemetry = None  # where Haystack had been imported before

from integrations.haystack.components import SeodamReader, SeodamRetriever  # noqa: E402

__all__ = ["SeodamReader", "SeodamRetriever"]
