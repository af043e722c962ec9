"""Putting back what was: a whole act, some of its changes, or one object as it once stood. Each is an act itself."""

from collections import defaultdict
from itertools import chain, groupby
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from directory.history.tracking import act, pointing_to
from directory.models import Act, Change, Message
from directory.models.history import PARTS
from directory.models.resources import PLACES, check_places
from directory.reports.answering import record_answer
from directory.search import index
from directory.states import KINDS, RECORDED, batches, states, write

ORDER = list(RECORDED)
# How many are put back between two signs of progress: a few seconds of work.
STEP = 100


class UndoRefused(Exception):
    """An undo that would lose or break something; `lines` say what, and nothing was written."""

    def __init__(self, lines):
        self.lines = lines
        super().__init__("\n".join(lines))


def changed_since(changes, *, lock=False):
    """{change pk: names of its fields that hold something else now}; all it had when the object is gone or back.

    With `lock`, nobody else can write these objects before the transaction ends.
    """
    found = {}
    now = {
        kind: states(model, {change.object_id for change in changes if change.kind == kind}, lock=lock)
        for kind, model in RECORDED.items()
    }
    for change in changes:
        current = now[change.kind].get(change.object_id)
        if change.after is None:
            names = [] if current is None else list(change.before)
        elif current is None:
            names = list(change.after)
        else:
            names = [name for name, value in change.after.items() if current.get(name, "") != value]
        if names:
            found[change.pk] = names
    return found


def undo(changes, *, user=None, reason="", anyway=False):
    """Put back what was before some Changes of one act, a queryset, even over what was changed since, with `anyway`.

    A generator of how many are done: all is written at its end, or nothing. Raises UndoRefused when something was
    changed since, or hangs since on what would be deleted, and `anyway` is not said, or when the result would not hold.
    """
    names = "pk", "kind", "object_id", "name"
    left = {key: changes.filter(before__isnull=key).values_list(*names, named=True) for key in (True, False)}
    # Of two Changes of one object, the last comes first.
    added, others = (sorted(left[key], key=lambda item: (ORDER.index(item.kind), -item.pk)) for key in (True, False))
    with transaction.atomic():
        if not anyway:
            refuse_later(added, others)
        undoes = changes.first().act
        yield from put_back(others, values_before, added=added, user=user, reason=reason, undoes=undoes)


def refuse_later(added, others):
    """Raise UndoRefused when the objects of some rows of Changes are not what these left, and keep them so."""
    later = [item for some in batches([*others, *added], STEP) for item in changed(some)]
    lines = [_("%(name)s was changed since.") % {"name": item.name} for item in later]
    undone = {(RECORDED[item.kind], item.object_id) for item in [*added, *others]}
    for _kind, of_kind in groupby(added, attrgetter("kind")):
        for some in batches(list(of_kind), STEP):
            for sentence, hanging in hanging_on([object_of(item) for item in some]):
                lines += [sentence % {"name": item} for item in hanging if key_of(item) not in undone]
    if lines:
        raise UndoRefused(lines)


def changed(items):
    """Those of some rows of Changes whose objects hold something else now; nobody else can write them any more."""
    later = changed_since(Change.objects.filter(pk__in=[item.pk for item in items]), lock=True)
    return [item for item in items if item.pk in later]


def key_of(instance):
    return type(instance), instance.pk


def hanging_on(objects):
    """Yield what would become of what hangs on objects of one model, were they deleted, and what that is: their parts,
    and what points to them."""
    model = type(objects[0])
    kind = KINDS[model]
    if kind in PARTS:
        yield _("%(name)s would be deleted too."), RECORDED[PARTS[kind][0]].objects.filter(**{f"{kind}__in": objects})
    for found in pointing_to(model, objects):
        if found.model in KINDS:
            yield _("%(name)s would be kept, without its link to what is deleted."), found.distinct()


def values_before(items):
    """{pk: what was before} of some rows of Changes."""
    return dict(Change.objects.filter(pk__in=[item.pk for item in items]).values_list("pk", "before"))


def state_after(change):
    """The values that put an object back as it was just after a change, before all that came later."""
    values = {}
    later = Change.objects.filter(kind=change.kind, object_id=change.object_id, pk__gt=change.pk).order_by("-pk")
    for change_later in later:
        values |= change_later.before or {}
    return values


def restore(change, *, user=None, reason=""):
    """Put one object back as it was just after a change; in steps, and refused, like `undo`."""
    values = {change.pk: state_after(change)}
    yield from put_back([change], lambda items: values, user=user, reason=reason)


def put_back(items, values_of, *, added=(), user, reason, undoes=None):
    """Write the objects of some Changes, in order, with the values that `values_of(some)` gives by key; then delete
    those of the Changes that `added` them, last first.

    Yields how many are done, after each STEP: no more than that is held in memory.
    """
    done, lines = 0, []
    with act(user=user, reason=reason, origin=Act.Origin.UNDO, undoes=undoes) as recorder:
        left, before = items, None
        while left and left != before:  # an entry may wait for the one that replaces it to be back
            before, left, lines = left, [], []
            for some in batches(before, STEP):
                recorder.watch(map(object_of, some))
                refused = write_back(some, values_of(some), user)
                recorder.write()
                left += [item for item in some if item.pk in refused]
                lines += chain(*refused.values())
                done += len(some) - len(refused)
                yield done
        for kind, of_kind in groupby(reversed(added), attrgetter("kind")):
            for some in batches(list(of_kind), STEP):
                recorder.watch(map(object_of, some))
                lines += delete(RECORDED[kind], {item.object_id: item.name for item in some})
                # What loses its link is told at the end, once, for it may lose more than one.
                recorder.write([key_of(object_of(item)) for item in some])
                done += len(some)
                yield done
        if lines:
            raise UndoRefused(lines)


def object_of(item):
    return RECORDED[item.kind](pk=item.object_id)


def write_back(items, values, user):
    """Write {pk: values} into the objects of some Changes; return {pk: sentences} of those that cannot be, as things
    are, and are left alone.

    An answer to a reader that is put back is the user's, and no letter is sent of it.
    """
    written, refused = defaultdict(list), {}
    with index.left_alone():
        for item in items:
            try:
                with transaction.atomic():
                    instance = write(RECORDED[item.kind], item.object_id, values[item.pk])
                    if item.kind == "resource":
                        check_places_of(instance)
                    elif isinstance(instance, Message):
                        record_answer(instance, user)
            except ValidationError as error:
                refused[item.pk] = [f"{item.name}: {sentence}" for sentence in error.messages]
            else:
                written[RECORDED[item.kind]].append(item.object_id)
    for model, pks in written.items():
        index.written_in_bulk(model, pks)
    return refused


def delete(model, names):
    """Delete objects of a model, {pk: name}; return a sentence for each that cannot be."""
    try:
        model.objects.filter(pk__in=names).delete()
    except ProtectedError:
        if len(names) > 1:
            return [line for pk, name in names.items() for line in delete(model, {pk: name})]
        return [_("%(name)s cannot be deleted: other things hang on it.") % {"name": name} for name in names.values()]
    return []


def check_places_of(resource):
    check_places(resource.scope, **{name: [place.pk for place in getattr(resource, name).all()] for name in PLACES})
