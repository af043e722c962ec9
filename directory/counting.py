"""Counting what each choice of a filter would give (rule 3 of the design), in one query and one pass."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Func, TextField

from themes.models import Topic


class TopicIds(Func):
    """The ids of an entry's topics, in their order, with a comma between them."""

    output_field = TextField()

    def __init__(self):
        super().__init__(F("pk"))

    def as_postgresql(self, compiler, connection):
        return self.as_sql(
            compiler,
            connection,
            template="(SELECT string_agg(topic_id::text, ',' ORDER BY topic_id) FROM directory_resource_topics"
            " WHERE resource_id = %(expressions)s)",
        )

    def as_sqlite(self, compiler, connection):
        return self.as_sql(
            compiler,
            connection,
            template="(SELECT group_concat(topic_id) FROM (SELECT topic_id FROM directory_resource_topics"
            " WHERE resource_id = %(expressions)s ORDER BY topic_id))",
        )


@dataclass
class Alike:
    """Entries that are counted together: how many they are, on which rung, with which values for each filter."""

    number: int
    rung: int | None
    values: dict


@dataclass
class Facets:
    """How many entries answer: by rung, and by rung for each value of each filter, all other filters being kept."""

    rungs: Counter = field(default_factory=Counter)
    choices: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(Counter)))


def groups_of(queryset, *, has_rungs):
    """Yield the entries of a queryset as Alikes; `near` annotated it when it has rungs."""
    topics = {str(pk): (slug, theme) for pk, slug, theme in Topic.objects.values_list("pk", "slug", "theme__slug")}
    names = ("kind", "scope", "topic_ids", *(["rung"] if has_rungs else []))
    rows = queryset.order_by().annotate(topic_ids=TopicIds()).values_list(*names).annotate(Count("pk"))
    for kind, scope, topic_ids, *rung, number in rows:
        about = [topics[pk] for pk in (topic_ids or "").split(",") if pk]
        values = {"sujet": {slug for slug, _theme in about}, "theme": {theme for _slug, theme in about}}
        yield Alike(number, rung[0] if rung else None, values | {"type": {kind}, "portee": {scope}})


def count(groups, chosen):
    """The Facets of entries; `chosen` is {filter: set of values}, where an empty set lets everything through.

    An entry that only one filter keeps out is counted under that filter's values: choosing one of them lets it in.
    """
    facets = Facets()
    chosen = {name: values for name, values in chosen.items() if values}
    for alike in groups:
        missed = [name for name, values in chosen.items() if values.isdisjoint(alike.values[name])]
        if not missed:
            facets.rungs[alike.rung] += alike.number
        if len(missed) <= 1:
            for name in missed or alike.values:
                for value in alike.values[name]:
                    facets.choices[name][value][alike.rung] += alike.number
    return facets
