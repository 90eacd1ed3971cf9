"""For all tests: nothing is asked of the network beyond this machine."""

from __future__ import annotations

import os

# Read when the library is first imported; without it a name that is no folder costs a minute of
# retries where there is no network.
os.environ["HF_HUB_OFFLINE"] = "1"
