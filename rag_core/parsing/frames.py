"""What goes through the pipe between the child process and the outside."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing for it would cost a tenth of the child's start
if TYPE_CHECKING:
    from typing import Any

    Frame = dict[str, Any]
else:
    Frame = dict

EXIT_MEMORY = 77
"""With this status the child ends when it notices itself that memory ran out."""


class Refused(Exception):
    """The document cannot be read, for a reason that the outside understands."""

    def __init__(self, kind: str, **details: object) -> None:
        self.frame = {"kind": kind, **details}
        super().__init__(kind)
