"""What readers tell us: reports of a mistake in an entry, and proposals of a new one."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.signals import post_save, pre_delete
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from config.languages import LANGUAGES
from directory.models.places import Department
from directory.models.resources import Branch, Resource
from directory.search.folding import figures
from themes.models import Theme

# Without 0, O, 1 and I, which are taken for one another when a reference is read aloud or copied by hand.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TYPED = {"email", "text", "name", "organisation", "place", "phone", "public_email", "url", "knowledge"}
EMAILS_KEPT = timedelta(days=90)


def new_reference():
    """A reference nobody can guess (one of 32⁸, some 10¹²) and anybody can dictate: "K7QF-3MWD"."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def read_reference(text):
    """A reference as a person types it, in any case, with or without the dash; "" when it cannot be one."""
    letters = "".join(letter for letter in figures(text).upper() if letter.isalnum())
    is_one = len(letters) == 8 and set(letters) <= set(LETTERS)
    return f"{letters[:4]}-{letters[4:]}" if is_one else ""


class MessageQuerySet(models.QuerySet):
    def to_answer(self):
        return self.filter(state__in=Message.State.open())

    def erase(self):
        """Delete what was typed, and keep that something was received and what became of it."""
        typed = [field.name for field in self.model._meta.fields if field.name in TYPED]
        return self.update(**dict.fromkeys(typed, ""))


class Message(models.Model):
    """What a report and a proposal have in common. Nothing is kept of the connection it came by."""

    class State(models.TextChoices):
        RECEIVED = "recu", pgettext_lazy("state of a message", "Received")
        CHECKING = "en-cours", pgettext_lazy("state of a message", "Being checked")
        DONE = "fait", pgettext_lazy("state of a message", "Corrected or added")
        NOT_KEPT = "non-retenu", pgettext_lazy("state of a message", "Not kept")

        @classmethod
        def open(cls):
            return [cls.RECEIVED, cls.CHECKING]

    reference = models.CharField(_("reference"), max_length=9, unique=True, default=new_reference, editable=False)
    language = models.CharField(_("language"), max_length=3, choices=LANGUAGES, default="fr")
    email = models.EmailField(
        _("your e-mail"),
        blank=True,
        help_text=_(
            "Only if you want the answer by e-mail. It is used for nothing else, "
            "and deleted once we have answered, after 90 days at most."
        ),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    answer = models.TextField(
        _("answer to the reader"),
        blank=True,
        max_length=2000,
        help_text=_("Shown to whoever has the reference. Say why when it is not kept."),
    )
    created_at = models.DateTimeField(_("received on"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("answered on"), null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        verbose_name=_("answered by"),
        related_name="+",
    )
    announced_at = models.DateTimeField(null=True, editable=False)  # in the e-mail to the editors

    objects = MessageQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("message", args=[self.reference])

    @property
    def is_answered(self):
        return self.state not in self.State.open()

    @property
    def outcome(self):
        """What became of it, as its reader is told."""
        return self.THANKS if self.state == self.State.DONE else self.get_state_display()


class Report(Message):
    """A mistake that a reader found in an entry."""

    THANKS = _("Corrected. Thank you.")

    class Kind(models.TextChoices):
        CLOSED = "ferme", _("It is closed or no longer exists")
        CONTACT = "contact", _("The phone, e-mail or website is wrong")
        PLACE = "lieu", _("The place is wrong")
        TRANSLATION = "traduction", _("The translation is bad")
        DANGER = "danger", _("It is dangerous or dishonest")
        OTHER = "autre", _("Something else")

    # Deleting an entry keeps what was said of it: the reader's reference still answers. Should it come back with its
    # key, which no other object takes, it is tied to that again.
    resource = models.ForeignKey(
        Resource, models.SET_NULL, null=True, related_name="reports", editable=False, verbose_name=_("entry")
    )
    resource_was = models.PositiveBigIntegerField(null=True, editable=False)
    branch = models.ForeignKey(
        Branch, models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("branch")
    )
    branch_was = models.PositiveBigIntegerField(null=True, editable=False)
    kind = models.CharField(_("What is wrong?"), max_length=10, choices=Kind)
    text = models.TextField(_("What should it say?"), blank=True, max_length=2000)

    class Meta(Message.Meta):
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    @property
    def subject(self):
        return f"{self.resource or ''} – {self.get_kind_display()}"


class Proposal(Message):
    """A resource that a reader knows of and the directory does not."""

    THANKS = _("Added to the directory. Thank you.")

    name = models.CharField(_("name"), max_length=120)
    text = models.TextField(_("What it does, and for whom, in two or three sentences."), max_length=3000)
    organisation = models.CharField(_("carrying organisation"), max_length=200, blank=True)
    place = models.CharField(_("Place"), max_length=200, blank=True)
    departments = models.ManyToManyField(
        Department, blank=True, related_name="proposals", editable=False, verbose_name=_("departments understood")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="proposals", verbose_name=_("Themes"))
    phone = models.CharField(_("Phone"), max_length=30, blank=True)
    public_email = models.EmailField(_("E-mail"), blank=True)
    url = models.URLField(_("Website"), max_length=300, blank=True)
    knowledge = models.CharField(
        _("How you know: you work there, you used it, you read of it."), max_length=500, blank=True
    )
    draft = models.ForeignKey(
        Resource,
        models.SET_NULL,
        null=True,
        related_name="proposals",
        editable=False,
        verbose_name=_("entry made of it"),
    )
    draft_was = models.PositiveBigIntegerField(null=True, editable=False)

    class Meta(Message.Meta):
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")

    @property
    def subject(self):
        """What it is about, without a word of its sender's."""
        return self._meta.verbose_name


def forget_old_emails():
    """Delete the senders' e-mail addresses that were kept for 90 days; returns how many."""
    limit = timezone.now() - EMAILS_KEPT
    kept = [model.objects.exclude(email="").filter(created_at__lt=limit) for model in (Report, Proposal)]
    return sum(messages.update(email="") for messages in kept)


TIES = {Resource: [(Report, "resource"), (Proposal, "draft")], Branch: [(Report, "branch")]}


def untie(sender, instance, **kwargs):
    """Before a delete: remember what the messages about an object were about."""
    for model, name in TIES[sender]:
        model.objects.filter(**{name: instance}).update(**{f"{name}_was": instance.pk})


def tie_again(sender, instance, created, **kwargs):
    """After a save that brings an object back: the messages about it are about it again."""
    if created:
        for model, name in TIES[sender]:
            messages = model.objects.filter(**{name: None, f"{name}_was": instance.pk})
            messages.update(**{name: instance, f"{name}_was": None})


def connect():
    """Have every delete and restoration of what messages are about, wherever it comes from, keep them."""
    for model in TIES:
        pre_delete.connect(untie, sender=model)
        post_save.connect(tie_again, sender=model)
