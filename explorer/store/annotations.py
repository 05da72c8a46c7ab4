"""What people call runs and curves, and write down about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from explorer.runs.config import LONGEST_NAME
from explorer.runs.meaning import Meaning
from explorer.runs.run import WATCHED
from explorer.store.rows import (
    AnnotationError,
    StorePart,
    chosen_curves,
    lock_run,
    num_curves_of,
    update_run,
)
from explorer.store.tables import curves, runs

LONGEST_TAG, LONGEST_NOTE, MOST_TAGS = 40, 2_000, 20


class RunAnnotations(StorePart):
    """Names, tags and notes, as `RunStore.annotations`.

    What came with the app keeps those that it has: a change of it raises RunReadOnly. What is only
    watched has none, and a change raises AnnotationError.
    """

    def set_tags(self, run_id: str, tags: Sequence[str], curve: int) -> None:
        """Replace the tags of one curve, as `set_tags_of` those of several."""
        self.set_tags_of({(run_id, curve): tags})

    def set_tags_of(self, tags: Mapping[tuple[str, int], Sequence[str]]) -> None:
        """Replace the tags of several curves, of all of them or of none.

        Args:
            tags: Id of the run and index of the curve → at most 20 texts of 1 to 40 characters,
                without commas and outer spaces.

        Raises:
            AnnotationError: Tags that cannot be kept, or no such curve.
        """
        for own in tags.values():
            _check_tags(own)
        self._annotate({key: {"tags": own} for key, own in tags.items()})

    def set_meanings_of(self, meanings: Mapping[tuple[str, int], Mapping[str, Meaning]]) -> None:
        """Replace what the series of several curves are said to mean, of all or of none.

        Args:
            meanings: Id of the run and index of the curve → name of a series → its meaning.

        Raises:
            AnnotationError: There is no such curve.
        """
        each = {key: {"meanings": own} for key, own in meanings.items()}
        self._annotate(each, may_be_watched=True)

    def set_note(self, run_id: str, note: str, curve: int) -> None:
        """Replace the note of a curve.

        Args:
            note: At most 2,000 characters; "" for none.

        Raises:
            AnnotationError: A note that cannot be kept, or no such curve.
        """
        if len(note) > LONGEST_NOTE:
            raise AnnotationError(
                f"A note has at most {LONGEST_NOTE:,} characters; this one has {len(note):,}."
            )
        if "\0" in note:
            raise AnnotationError("A note with the character NUL in it cannot be kept.")
        self._annotate({(run_id, curve): {"note": note}})

    def _annotate(
        self,
        values: Mapping[tuple[str, int], Mapping[str, object]],
        *,
        may_be_watched: bool = False,
    ) -> None:
        for run_id, _ in values:
            self._shipped.refuse_change(run_id)
        with self._database.transaction() as connection:
            for (run_id, curve), own in values.items():
                chosen_curves(num_curves_of(connection, run_id), [curve])
                if not may_be_watched:
                    _check_is_not_watched(connection, run_id)
                of_curve = (curves.c.run_id == run_id) & (curves.c.curve == curve)
                connection.execute(sa.update(curves).where(of_curve).values(own))

    def rename_run(self, run_id: str, name: str) -> None:
        """Call a run otherwise; "" for no name.

        Raises:
            AnnotationError: The name cannot be kept.
        """
        self._shipped.refuse_change(run_id)
        check_name(name)
        with self._database.transaction() as connection:
            _check_is_not_watched(connection, run_id)
            update_run(connection, run_id, {"name": name})

    def rename_curve(self, run_id: str, curve: int, name: str) -> None:
        """Call a curve otherwise; "" names it by its settings again.

        Raises:
            AnnotationError: The name cannot be kept, or there is no such curve.
        """
        self._shipped.refuse_change(run_id)
        check_name(name)
        with self._database.transaction() as connection:
            # Locked before it is read, so that two names given at a time are both kept.
            lock_run(connection, run_id)
            _check_is_not_watched(connection, run_id)
            query = sa.select(runs.c.configs).where(runs.c.id == run_id)
            configs = list(connection.execute(query).scalar_one())
            chosen_curves(len(configs), [curve])
            configs[curve] = replace(configs[curve], name=name)
            update_run(connection, run_id, {"configs": configs})


def _check_is_not_watched(connection: sa.Connection, run_id: str) -> None:
    query = sa.select(runs.c.status).where(runs.c.id == run_id)
    if connection.execute(query).scalar_one_or_none() == WATCHED:
        raise AnnotationError(
            "This run is read from a watched file, and nothing can be noted about it until it is "
            "kept: press Keep in the list of what is watched."
        )


def _check_tags(tags: Sequence[str]) -> None:
    if len(tags) > MOST_TAGS:
        raise AnnotationError(f"A curve can have at most {MOST_TAGS} tags, not {len(tags)}.")
    for tag in tags:
        fits = 1 <= len(tag) <= LONGEST_TAG and tag.isprintable()
        if not fits or "," in tag or tag != tag.strip():
            raise AnnotationError(
                f"A tag has 1 to {LONGEST_TAG} characters, no comma, and no space at its "
                f"ends; “{tag}” cannot be one."
            )
        if list(tags).count(tag) > 1:
            raise AnnotationError(f"The tag “{tag}” is given twice.")


def check_name(name: str) -> None:
    """Check that a run or a curve can be called so.

    Raises:
        AnnotationError: The name cannot be kept.
    """
    if len(name) > LONGEST_NAME or not (name.isprintable() or not name):
        raise AnnotationError(
            f"A name has at most {LONGEST_NAME} characters, all of them printable."
        )
