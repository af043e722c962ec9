"""Putting back what was: a whole act, some of its changes, or one object as it once stood. Each is an act itself."""

from collections import defaultdict
from itertools import chain, groupby
from operator import itemgetter

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from directory.history.tracking import act
from directory.models import Act, Change, Message
from directory.models.resources import PLACES, check_places
from directory.reports.answering import record_answer
from directory.search import index
from directory.states import RECORDED, batches, states, write

ORDER = list(RECORDED)
# How many are put back between two signs of progress: a few seconds of work.
STEP = 100


class UndoRefused(Exception):
    """An undo that would lose or break something; `lines` say what, and nothing was written."""

    def __init__(self, lines):
        self.lines = lines
        super().__init__("\n".join(lines))


def changed_since(changes):
    """{change pk: names of its fields that hold something else now}; all it had when the object is gone or back."""
    found = {}
    now = {kind: states(model, {c.object_id for c in changes if c.kind == kind}) for kind, model in RECORDED.items()}
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
    """Put back what was before some changes of one act, even over what was changed again since, with `anyway`.

    A generator of how many are done: all is written at its end, or nothing. Raises UndoRefused when something was
    changed since and `anyway` is not said, or when the result would not hold.
    """
    changes = sorted(changes, key=lambda change: ORDER.index(change.kind))
    if not anyway and (later := changed_since(changes)):
        raise UndoRefused([_("%(name)s was changed since.") % {"name": c.name} for c in changes if c.pk in later])
    wanted = [(change.kind, change.object_id, change.name, change.before) for change in changes]
    yield from put_back(wanted, user=user, reason=reason, undoes=changes[0].act)


def state_after(change):
    """The values that put an object back as it was just after a change, before all that came later."""
    values = {}
    later = Change.objects.filter(kind=change.kind, object_id=change.object_id, pk__gt=change.pk).order_by("-pk")
    for change_later in later:
        values |= change_later.before or {}
    return values


def restore(change, *, user=None, reason=""):
    """Put one object back as it was just after a change; in steps, and refused, like `undo`."""
    values = state_after(change)
    yield from put_back([(change.kind, change.object_id, change.name, values)], user=user, reason=reason)


def put_back(wanted, *, user, reason, undoes=None):
    """Write (kind, pk, name, values) in order, then delete, last first, those whose values are None.

    Yields how many are done, after each STEP.
    """
    done, lines = 0, []
    with act(user=user, reason=reason, origin=Act.Origin.UNDO, undoes=undoes) as recorder:
        # All at once, which each write would else do for itself.
        recorder.watch(RECORDED[kind](pk=pk) for kind, pk, _name, _values in wanted)
        left, before = [item for item in wanted if item[3] is not None], None
        while left and left != before:  # an entry may wait for the one that replaces it to be back
            before, left, lines = left, [], []
            for some in batches(before, STEP):
                refused = write_back(some, user)
                left += [some[number] for number in refused]
                lines += chain(*refused.values())
                done += len(some) - len(refused)
                yield done
        for kind, added in groupby((item for item in reversed(wanted) if item[3] is None), itemgetter(0)):
            for some in batches([(pk, name) for _kind, pk, name, _values in added], STEP):
                lines += delete(RECORDED[kind], dict(some))
                done += len(some)
                yield done
        if lines:
            raise UndoRefused(lines)


def write_back(items, user):
    """Write (kind, pk, name, values); return {number: sentences} of those that cannot be, as things are.

    An answer to a reader that is put back is the user's, and no letter is sent of it.
    """
    written, refused = defaultdict(list), {}
    with index.left_alone():
        for number, (kind, pk, name, values) in enumerate(items):
            try:
                instance = write(RECORDED[kind], pk, values)
                if kind == "resource":
                    check_places_of(instance)
                elif isinstance(instance, Message):
                    record_answer(instance, user)
            except ValidationError as error:
                refused[number] = [f"{name}: {sentence}" for sentence in error.messages]
            else:
                written[RECORDED[kind]].append(pk)
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
