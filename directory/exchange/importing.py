"""A table beside the database: what it would add, change, leave and refuse; then, if all is well, saved as a whole.

The table is compared twice, first for the editor to see, then inside the transaction that saves it: when both do not
come to the same, something changed in between and nothing is saved. Rows are read by the hundred, so that the longest
table needs no more memory than a short one.
"""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _, gettext_lazy, override
from import_export.fields import NOT_PROVIDED

from directory import duplicates, roles
from directory.exchange.columns import table_of
from directory.exchange.files import Unreadable, check_once
from directory.history import Act, act, name_of
from directory.models import OldAddress, Synonym
from directory.models.search import synonym_slug
from directory.search import index
from directory.states import BATCH, localized_columns
from directory.translations import SOURCE, plain, provenance

CHANGED_MEANWHILE = gettext_lazy(
    "Something that this file touches was changed meanwhile. Nothing was saved: look at it again."
)
ADDED, CHANGED, UNCHANGED, REFUSED = "added", "changed", "unchanged", "refused"


class NotSaved(Exception):
    """A table was not saved, and nothing of it; the message is the sentence to show."""


@dataclass
class Row:
    """A row of a table beside its object.

    `changes` maps columns to the texts before and after, `problems` columns to the sentences that forbid to save it,
    `alike` the objects that a new one resembles, by slug, to the signs of it.
    """

    number: int
    instance: models.Model
    outcome: str
    changes: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)
    alike: dict = field(default_factory=dict)

    @property
    def slug(self):
        return self.instance.slug


class Import:
    """A table of rows, (number, {column: text}), on its way into the objects of a model, for a user.

    After `compare` or `save`, `counts` says how many rows came to what, `alike_count` how many of those to add resemble
    something, and `fingerprint` what exactly; after `save`, `act` is where the history keeps it.
    """

    def __init__(self, model, rows, user):
        self.model, self.rows, self.user = model, iter(rows), user
        self.table = table_of(model)
        self.counts = Counter()
        self.alike_count = 0
        self.digest = hashlib.sha256()
        self.by = name_of(user)
        self.translations = [item for item in localized_columns(model).items() if item[1][1] != SOURCE]
        self.known = duplicates.known(model)
        self.unique = [
            (item, self.taken(item.fields))
            for item in model._meta.constraints
            if isinstance(item, models.UniqueConstraint) and item.fields
        ]

    @property
    def fingerprint(self):
        return self.digest.hexdigest()

    def taken(self, names):
        """{values: slug} that a unique constraint keeps for the objects that have them."""
        return {tuple(values): slug for slug, *values in self.model.objects.order_by().values_list("slug", *names)}

    def compare(self, *, lock=False):
        """Yield lists of Rows, with the objects locked until the end of the transaction when they are to be written.

        Raises Unreadable when the table lacks columns that a new object needs, or has two rows for one object.
        """
        numbers = {}
        while some := list(islice(self.rows, BATCH)):
            slugs = [self.slug_of(cells) for _number, cells in some]
            for slug, (number, _cells) in zip(slugs, some, strict=True):
                check_once(numbers, slug, number)  # as the object will have it: not all slugs are typed
            objects = self.model.objects.filter(slug__in=slugs).order_by("pk")
            existing = {item.slug: item for item in self.table.read(objects.select_for_update() if lock else objects)}
            rows = [
                self.examined(number, {**cells, "slug": slug}, existing.get(slug))
                for slug, (number, cells) in zip(slugs, some, strict=True)
            ]
            self.refuse_beyond_area(rows)
            for row in rows:
                self.counts[row.outcome] += 1
                self.alike_count += bool(row.alike)
                said = [row.number, row.slug, row.outcome, row.changes, row.problems, row.alike]
                self.digest.update(json.dumps(said, sort_keys=True).encode())
            yield rows

    def slug_of(self, cells):
        slug = plain(cells["slug"])
        if not slug and self.model is Synonym:  # which no one types: it follows from the rest
            return synonym_slug(plain(cells.get("language", "")), plain(cells.get("said", "")))
        return slug

    def examined(self, number, cells, instance):
        """The Row that comes of some cells and the object with their slug, None when there is none."""
        is_new = instance is None
        if is_new:
            self.check_columns(number, cells)
            instance = self.table.init_instance()
        before = self.table.cells(instance)
        if not is_new and all(plain(text) == before[name] for name, text in cells.items()):
            return Row(number, instance, UNCHANGED)
        problems = self.table.problems(instance, cells)
        after = self.table.cells(instance)
        changes = {name: ("" if is_new else before[name], new) for name, new in after.items() if before[name] != new}
        if not is_new and not changes and not problems:
            return Row(number, instance, UNCHANGED)
        for constraint, taken in self.unique:
            key = tuple(getattr(instance, name) for name in constraint.fields)
            if taken.setdefault(key, instance.slug) != instance.slug:
                problems[constraint.fields[-1]].append(str(constraint.get_violation_error_message()))
        if problems:
            instance.slug = cells["slug"]
            return Row(number, instance, REFUSED, changes, dict(problems))
        return Row(number, instance, ADDED if is_new else CHANGED, changes, alike=self.alike(after) if is_new else {})

    def refuse_beyond_area(self, rows):
        """Refuse the rows whose object is not the user's to change, as it is or as it would become."""
        rows = [row for row in rows if row.outcome in (ADDED, CHANGED)]
        if roles.edits_everywhere(self.user) or not rows:
            return
        with transaction.atomic():  # what an object would become is written, looked at and taken back
            before = self.reachable(rows)
            self.put(rows)
            after = self.reachable(rows)
            transaction.set_rollback(True)
        for row in rows:
            is_new = row.outcome == ADDED
            if row.instance.pk not in (after if is_new else before & after):
                row.outcome = REFUSED
                row.problems = {"slug": [_("Your role does not let you change this one, or not in this way.")]}
            if is_new:
                row.instance.pk, row.instance._state.adding = None, True

    def reachable(self, rows):
        objects = self.model._base_manager.filter(pk__in=[row.instance.pk for row in rows if row.instance.pk])
        return set(roles.changeable(self.user, objects).values_list("pk", flat=True))

    def check_columns(self, number, cells):
        """Raise Unreadable when an object cannot be made from these columns, whatever stands in them."""
        missing = [
            name
            for name, column in self.table.fields.items()
            if name not in cells and column.default is NOT_PROVIDED and not self.model._meta.get_field(name).blank
        ]
        if missing:
            raise Unreadable(
                _("Row %(row)s would be added, but the file lacks columns that this needs: %(names)s.")
                % {"row": number, "names": ", ".join(missing)}
            )

    def alike(self, cells):
        """{slug: signs} of what a new row resembles, in the database or above it in the table."""
        found = defaultdict(list)
        for sign in sorted(duplicates.signs_of_row(self.model, cells)):
            for slug in self.known[sign]:
                if sign[0] not in found[slug]:
                    found[slug].append(sign[0])
            self.known[sign].append(cells["slug"])
        return dict(found)

    def save(self, *, seen, reason="", with_alike=False):
        """Write the table in one transaction and one act of the history; yield how many rows are done.

        `seen` is the fingerprint of the comparison that the editor saw. New rows that resemble something are left out
        unless `with_alike`. Raises NotSaved, and has written nothing, when anything is refused or not as it was seen.
        """
        try:
            with act(user=self.user, reason=reason, origin=Act.Origin.IMPORT) as this:
                self.act = this.act
                for rows in self.compare(lock=True):
                    rows = [row for row in rows if row.outcome in (ADDED, CHANGED) and (with_alike or not row.alike)]
                    if not self.counts[REFUSED]:
                        self.write(rows, this)
                    yield self.counts.total()
                if self.fingerprint != seen:
                    raise NotSaved(CHANGED_MEANWHILE)
                if self.counts[REFUSED]:
                    raise NotSaved(_("Rows of this file are refused: nothing was saved."))
        except IntegrityError as error:  # someone else added the same
            raise NotSaved(CHANGED_MEANWHILE) from error

    def write(self, rows, this):
        """Write some rows into the database, what is known of their translations, the search index and the history."""
        this.watch([row.instance for row in rows])
        self.put(rows)
        this.added(row.instance for row in rows if row.outcome == ADDED)
        # As the admin's forms do.
        typed = [(row.instance, *text) for row in rows for column, text in self.translations if column in row.changes]
        provenance.record_typed(typed, self.by)
        OldAddress.objects.take([row.instance for row in rows])
        index.written_in_bulk(self.model, [row.instance.pk for row in rows])
        this.write()

    def put(self, rows):
        """Write the columns and relations of some rows, in a few queries."""
        added = [row.instance for row in rows if row.outcome == ADDED]
        changed = [row.instance for row in rows if row.outcome == CHANGED]
        for instance in added + changed:
            if hasattr(instance, "derive"):
                instance.derive()
        names = [item.name for item in self.model._meta.concrete_fields if not item.primary_key]
        with override(SOURCE):  # a translated field writes the language of the moment into the column without one
            self.model.objects.bulk_create(added)
            self.model.objects.bulk_create(changed, update_conflicts=True, unique_fields=["pk"], update_fields=names)
        for name in self.table.lists:
            relation = self.model._meta.get_field(name)
            through, one, other = relation.remote_field.through, relation.m2m_column_name(), relation.m2m_reverse_name()
            instances = [row.instance for row in rows if name in row.changes]
            through.objects.filter(**{f"{one}__in": [instance.pk for instance in instances]}).delete()
            through.objects.bulk_create(
                through(**{one: instance.pk, other: pk})
                for instance in instances
                for pk in sorted(instance.lists[name])
            )
