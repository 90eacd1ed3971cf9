"""The turns of conversations.

Turns form a tree: asking again, or editing a question, adds a version beside the earlier one and
loses nothing. A conversation remembers the last turn that is shown, its leaf; what is read is the
way from the first turn to it.
"""

from __future__ import annotations

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.stores.conversation_rows import ANSWER, ConversationRows, path_to
from rag_core.stores.record import now
from rag_core.text import normalise
from rag_core.types import Answer, Feedback, Turn


class OwnedTurns(ConversationRows):
    """Questions of one owner with their answers, and what was thought of them."""

    def turns(self, conversation_id: str, last: int | None = None) -> tuple[Turn, ...]:
        """The turns that are shown, oldest first; the `last` few of them where that is given."""
        with self._database.reading() as connection:
            row = self._row(connection, conversation_id, missing_is=None)
            if row is None:
                return ()
            parents = self._parents(connection, conversation_id)
            path = path_to(parents, row.leaf)
            return self._fetch(connection, path[-last:] if last else path, parents)

    def turns_before(
        self, conversation_id: str, turn_id: int, last: int | None = None
    ) -> tuple[Turn, ...]:
        """The turns that lead to a turn, oldest first, without it; () when it is not there."""
        with self._database.reading() as connection:
            parents = self._parents(connection, conversation_id)
            path = path_to(parents, parents.get(turn_id))
            return self._fetch(connection, path[-last:] if last else path, parents)

    def all_turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """Every version of every turn, in the order in which they were asked."""
        with self._database.reading() as connection:
            parents = self._parents(connection, conversation_id)
            return self._fetch(connection, sorted(parents), parents)

    def length(self, conversation_id: str) -> int:
        """How many turns are shown."""
        with self._database.reading() as connection:
            row = self._row(connection, conversation_id, missing_is=None)
            parents = self._parents(connection, conversation_id)
            return len(path_to(parents, row.leaf)) if row is not None else 0

    def append(
        self, conversation_id: str, question: str, answer: Answer, beside: int | None = None
    ) -> Turn:
        """Keep a turn behind the last one that is shown, or as a version of the turn `beside`;
        it is the last one shown from now on. Moves its conversation to the top.

        Raises NotFound when the conversation, or the turn `beside`, is not there.
        """
        with self._database.writing() as connection:
            leaf = self._row(connection, conversation_id).leaf
            parents = self._parents(connection, conversation_id)
            if beside is not None and beside not in parents:
                raise NotFound(what="turn")
            parent = leaf if beside is None else parents[beside]
            asked_at = now()
            row = {
                "conversation_id": conversation_id,
                "question": question,
                "answer": ANSWER.dump_json(answer).decode(),
                "asked_at": asked_at,
                "parent": parent,
            }
            turn_id = self._added(connection, db.turns, row)
            said = normalise(f"{question}\n{answer.text}")
            here = {"turn_id": turn_id, "conversation_id": conversation_id}
            self._added(connection, db.said, {**here, "text": said})
            values = {"moved": self._next_place(connection), "leaf": turn_id}
            self._set(connection, conversation_id, values)
        versions = (*(one for one, of in parents.items() if of == parent), turn_id)
        return Turn(turn_id, question, answer, asked_at, parent, versions)

    def show(self, conversation_id: str, turn_id: int) -> None:
        """Show the version `turn_id` and what was last asked after it; raises NotFound."""
        with self._database.writing() as connection:
            parents = self._parents(connection, conversation_id)
            if turn_id not in parents:
                raise NotFound(what="turn")
            newest = {parent: one for one, parent in sorted(parents.items())}
            leaf = turn_id
            while leaf in newest:
                leaf = newest[leaf]
            self._set(connection, conversation_id, {"leaf": leaf})

    def judge(self, conversation_id: str, turn_id: int, feedback: Feedback | None) -> None:
        """Keep what the reader thinks of an answer; None takes it back. Raises NotFound."""
        table = db.feedback
        with self._database.writing() as connection:
            if turn_id not in self._parents(connection, conversation_id):
                raise NotFound(what="turn")
            connection.execute(self._gate.delete(table).where(table.c.turn_id == turn_id))
            if feedback is not None:
                row = {
                    "turn_id": turn_id,
                    "conversation_id": conversation_id,
                    "helpful": int(feedback.helpful),
                    "reason": feedback.reason,
                    "given_at": now(),
                }
                self._added(connection, table, row)
