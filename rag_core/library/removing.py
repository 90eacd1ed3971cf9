"""Taking documents away, and the way back for as long as there is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rag_core.library.holding import Holding
from rag_core.types import UNDO_SECONDS, DocumentState, Removed


class Removing(Holding):
    """A removed document is hidden at once, and deleted for good after the time to undo."""

    def remove(self, document_id: str) -> None:
        """Take a document away; it can be undone for UNDO_SECONDS. Raises NotFound."""
        self.purge_removed()
        with self._shelves.publishing:  # it may be on its way to another collection
            self._record.set_state([document_id], DocumentState.REMOVED)

    def removed(self, within: float = UNDO_SECONDS) -> tuple[Removed, ...]:
        """What was taken away less than so many seconds ago and can come back, the earliest first:
        documents, and collections with theirs."""
        return self._record.named.removed(within)

    def undo_remove(self, document_id: str) -> None:
        """Put a removed document back; raises NotFound when the time to undo is over."""
        with self._shelves.publishing:
            if self._record.document(document_id).state is DocumentState.REMOVED:
                self._record.named.put_back(document_id)

    def purge_removed(self, older_than: float = UNDO_SECONDS) -> None:
        """Delete for good what was removed more than so many seconds ago, of collections also what
        the model was told about them."""
        before = datetime.now(UTC) - timedelta(seconds=older_than)
        self._record.named.purge(before)
        if self._record.removed_before(before):
            self._delete(before)
        self._record.named.forget_instructions()

    def _delete(self, before: datetime) -> None:
        with self._shelves.publishing:  # so that nothing of it comes back meanwhile
            late = self._record.removed_before(before)
            for collection in {one.collection for one in late}:
                mine = [one.id for one in late if one.collection == collection]
                self._shelves.forget(self.owner, collection, mine)
                self._record.forget(*mine)
