"""Putting back what was: a whole act, some of its changes, or one object as it once stood. Each is an act itself."""

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from directory.history.tracking import act
from directory.models import Act, Change
from directory.models.resources import PLACES, check_places
from directory.states import MODELS, states, write

ORDER = list(MODELS)


class UndoRefused(Exception):
    """An undo that would lose or break something; `lines` say what, and nothing was written."""

    def __init__(self, lines):
        self.lines = lines
        super().__init__("\n".join(lines))


def changed_since(changes):
    """{change pk: names of its fields that hold something else now}; all it had when the object is gone or back."""
    found = {}
    now = {kind: states(model, {c.object_id for c in changes if c.kind == kind}) for kind, model in MODELS.items()}
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

    Raises UndoRefused when something was changed since and `anyway` is not said, or when the result would not hold.
    """
    changes = sorted(changes, key=lambda change: ORDER.index(change.kind))
    if not anyway and (later := changed_since(changes)):
        raise UndoRefused([_("%(name)s was changed since.") % {"name": c.name} for c in changes if c.pk in later])
    wanted = [(change.kind, change.object_id, change.name, change.before) for change in changes]
    put_back(wanted, user=user, reason=reason, undoes=changes[0].act)


def state_after(change):
    """The values that put an object back as it was just after a change, before all that came later."""
    values = {}
    later = Change.objects.filter(kind=change.kind, object_id=change.object_id, pk__gt=change.pk).order_by("-pk")
    for change_later in later:
        values |= change_later.before or {}
    return values


def restore(change, *, user=None, reason=""):
    """Put one object back as it was just after a change; raises UndoRefused when that would not hold."""
    values = state_after(change)
    put_back([(change.kind, change.object_id, change.name, values)], user=user, reason=reason)


def put_back(wanted, *, user, reason, undoes=None):
    """Write (kind, pk, name, values) in order, then delete, last first, those whose values are None."""
    lines = []
    with act(user=user, reason=reason, origin=Act.Origin.UNDO, undoes=undoes):
        left, before = [item for item in wanted if item[3] is not None], None
        while left and left != before:  # an entry may wait for the one that replaces it to be back
            before, left, lines = left, [], []
            for kind, pk, name, values in before:
                try:
                    instance = write(MODELS[kind], pk, values)
                    if kind == "resource":
                        check_places_of(instance)
                except ValidationError as error:
                    left.append((kind, pk, name, values))
                    lines += [f"{name}: {sentence}" for sentence in error.messages]
        for kind, pk, name, values in reversed(wanted):
            if values is None:
                try:
                    MODELS[kind].objects.filter(pk=pk).delete()
                except ProtectedError:
                    lines.append(_("%(name)s cannot be deleted: other things hang on it.") % {"name": name})
        if lines:
            raise UndoRefused(lines)


def check_places_of(resource):
    check_places(resource.scope, **{name: [place.pk for place in getattr(resource, name).all()] for name in PLACES})
