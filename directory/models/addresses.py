"""The addresses that objects have left, so that a printed sheet or another site's link still leads somewhere."""

from django.db import models
from django.db.models.signals import post_delete, pre_save
from django.utils import timezone

from directory.models.resources import Resource
from directory.models.situations import Situation
from themes.models import Theme, Topic

# What stands in addresses by its slug, and which of it readers have ever seen.
SEEN = {Theme: {}, Topic: {}, Resource: {"was_published": True}, Situation: {"was_published": True}}


class OldAddressQuerySet(models.QuerySet):
    def of(self, model):
        return self.filter(kind=model._meta.model_name)

    def moves(self, model, slugs=None):
        """{old slug: the slug that its object has now} of a model, of some slugs or all; what was deleted has none."""
        left = self.of(model) if slugs is None else self.of(model).filter(slug__in=slugs)
        left = dict(left.values_list("slug", "object_id"))
        now = dict(model.objects.filter(pk__in=left.values()).values_list("pk", "slug")) if left else {}
        return {slug: now[pk] for slug, pk in left.items() if pk in now}

    def add_left(self, model, slug, pk):
        """Remember that an object has left an address today."""
        self.update_or_create(
            kind=model._meta.model_name, slug=slug, defaults={"object_id": pk, "left_on": timezone.localdate()}
        )

    def take(self, instances):
        """Forget the addresses that objects of one model take, published, in a bulk write that changes no slug."""
        slugs = [item.slug for item in instances if type(item) in SEEN and is_seen(item)]
        if slugs:
            self.of(type(instances[0])).filter(slug__in=slugs).delete()


class OldAddress(models.Model):
    """A slug that an object had while readers could see it, and no longer has.

    It names the object, not its next slug: however often that changes, one redirect leads there. The object of one that
    was deleted is gone, and may come back with the same key.
    """

    kind = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)
    object_id = models.PositiveBigIntegerField()
    left_on = models.DateField()

    objects = OldAddressQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="old_address_once")]

    def __str__(self):
        return f"{self.kind}/{self.slug}"


def follow(sender, instance, raw=False, update_fields=None, **kwargs):
    """Before a save: remember the address that an object leaves, forget the one that it takes.

    A draft takes nothing: until it is published its address may still lead to whom it belonged to.
    """
    if raw or (update_fields is not None and "slug" not in update_fields):
        return
    seen_at = sender.objects.filter(pk=instance.pk, **SEEN[sender]).values_list("slug", flat=True).first()
    if seen_at not in (None, instance.slug):
        OldAddress.objects.add_left(sender, seen_at, instance.pk)
    if is_seen(instance):
        OldAddress.objects.of(sender).filter(slug=instance.slug).delete()


def remember(sender, instance, **kwargs):
    """After a delete: the address says that it has nothing any more."""
    if is_seen(instance):
        OldAddress.objects.add_left(sender, instance.slug, instance.pk)


def is_seen(instance):
    return all(getattr(instance, name) == value for name, value in SEEN[type(instance)].items())


def connect():
    """Have every save and delete of what has an address, wherever it comes from, keep the old ones."""
    for model in SEEN:
        pre_save.connect(follow, sender=model)
        post_delete.connect(remember, sender=model)
