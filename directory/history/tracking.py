"""Recording changes as they happen: states are read before the first write and compared at the end."""

import threading
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.db.models import SET_NULL
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from directory.models import Act, Change
from directory.states import KINDS, RECORDED, RECORDED_KINDS, states
from directory.translations import plain

current = ContextVar("current_act", default=None)
# Writes outside an act: each is one of its own, from the signal before it to the signal after it.
alone = threading.local()
NAMES = ("title_fr", "name", "term", "said", "reference")


class Recorder:
    """What an act has touched: the state of each object before the act, None where there was none."""

    def __init__(self, act=None):
        self.act = act or Act()
        self.before = {}

    def watch(self, instances):
        """Note the state of objects that are about to be written; to be called before any bulk write.

        Within a transaction they are locked first: else another's write, waited for later, would be told as ours.
        """
        touched, lock = {}, transaction.get_connection().in_atomic_block
        for instance in instances:
            if instance.pk and (type(instance), instance.pk) not in self.before:
                touched.setdefault(type(instance), []).append(instance.pk)
        for model, pks in touched.items():
            found = states(model, pks, lock=lock)
            self.before |= {(model, pk): found.get(pk) for pk in pks}

    def added(self, instances):
        """Note objects that a bulk write has just made."""
        self.before |= {(type(instance), instance.pk): None for instance in instances}

    def changes(self, keys):
        """Yield a Change, unsaved, for each object, (model, pk), whose state is no longer what it was."""
        for kind, model in RECORDED.items():
            pks = [pk for touched, pk in keys if touched is model]
            found = states(model, pks)
            for pk in pks:
                before, after = self.before[model, pk], found.get(pk)
                if before != after:
                    yield change_of(kind, pk, before, after)

    def write(self, keys=None):
        """Save the act with what it changed so far, of all or of some objects, (model, pk), if anything; of these it
        starts afresh.

        Done at the end of every act; a long one that does it on the way needs no more memory than a short one.
        """
        keys = list(self.before) if keys is None else keys
        changes = list(self.changes(keys))
        for key in keys:
            self.before.pop(key, None)
        if changes:
            self.act.what = self.act.what or " · ".join(change.name for change in changes[:3])[:250]
            self.act.size += len(changes)
            self.act.save()
            for change in changes:
                change.act = self.act
            Change.objects.bulk_create(changes, batch_size=500)


def change_of(kind, pk, before, after):
    """The Change from a state to another: what differs, and of an object that came or went what was not empty."""
    known = after or before
    names = [name for name in (before or {}) | (after or {}) if (before or {}).get(name) != (after or {}).get(name)]
    if before is None:  # what is known of its translations stands beside them as long as it lives
        names = [name for name in names if after[name] not in ("", []) and "#" not in name]
    return Change(
        kind=kind,
        object_id=pk,
        slug=known.get("slug") or known["reference"],
        name=next(str(known[name]) for name in NAMES if known.get(name))[:200],
        before=None if before is None else {name: before.get(name, "") for name in names},
        after=None if after is None else {name: after.get(name, "") for name in names},
    )


def name_of(user):
    """What a user is called beside what they did, long after their account may be gone."""
    return (user.get_full_name() or user.get_username())[:150]


@contextmanager
def act(*, user=None, by="", reason="", origin=Act.Origin.EDIT, undoes=None):
    """Record what is written inside as one act of a user, or of whom `by` names, in one transaction.

    Inside another act it is part of that one.

    Gives the Recorder, whose `watch` must be told of objects that a bulk write is about to change.
    """
    if outer := current.get():
        yield outer
        return
    recorder = Recorder(
        Act(
            user=user if user and user.pk else None,
            by=name_of(user) if user else by[:150],
            reason=plain(reason)[:200],
            origin=origin,
            undoes=undoes,
        )
    )
    token = current.set(recorder)
    try:
        with transaction.atomic():
            yield recorder
            recorder.write()
    finally:
        current.reset(token)


@contextmanager
def watch(instances):
    """Record a write that sends no signal, as part of the act it happens in or as one of its own."""
    with act(origin=Act.Origin.PROGRAM) as recorder:
        recorder.watch(instances)
        yield


def begin(key, instances):
    """The write called `key` is about to touch these objects."""
    recorder = current.get()
    if recorder is None:
        recorder = Recorder()
        alone.__dict__[key] = recorder
    recorder.watch(instances)


def end(key):
    """The write called `key` is done: outside an act, it is recorded."""
    recorder = alone.__dict__.pop(key, None)
    if recorder and current.get() is None:
        recorder.write()


def before_save(sender, instance, **kwargs):
    begin((sender, id(instance)), [instance])


def after_save(sender, instance, created, **kwargs):
    if created and sender in KINDS:  # what readers send is theirs: only its answer is followed
        recorder = current.get() or alone.__dict__[sender, id(instance)]
        recorder.before.setdefault((sender, instance.pk), None)
    end((sender, id(instance)))


def before_delete(sender, instance, **kwargs):
    left = [item for found in pointing_to(sender, [instance]) if found.model in KINDS for item in found]
    begin((sender, "delete", instance.pk), [instance, *left])


def after_delete(sender, instance, **kwargs):
    end((sender, "delete", instance.pk))


def pointing_to(model, objects):
    """Querysets of what loses its link to objects of a model, without a signal of its own, when these are deleted."""
    for relation in model._meta.related_objects:
        if relation.many_to_many or relation.on_delete is SET_NULL:
            yield relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": objects})


def list_changed(sender, instance, action, reverse, model, pk_set, **kwargs):
    """A many-to-many relation is written from either side; the one that holds it is what changes."""
    if reverse:
        touched = (
            model.objects.filter(pk__in=pk_set) if pk_set else model.objects.filter(**of_reverse(sender, instance))
        )
    else:
        touched = [instance]
    key = (sender, id(instance))
    if action.startswith("pre_"):
        begin(key, touched)
    else:
        end(key)


def of_reverse(sender, instance):
    """The condition on the objects whose relation, stored in the table `sender`, holds an instance."""
    field = next(
        field for model in KINDS for field in model._meta.many_to_many if getattr(model, field.name).through is sender
    )
    return {field.name: instance}


def connect():
    for model in RECORDED_KINDS:
        pre_save.connect(before_save, sender=model)
        post_save.connect(after_save, sender=model)
    for model in KINDS:
        pre_delete.connect(before_delete, sender=model)
        post_delete.connect(after_delete, sender=model)
        for field in model._meta.many_to_many:
            m2m_changed.connect(list_changed, sender=getattr(model, field.name).through)
