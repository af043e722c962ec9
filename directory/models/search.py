"""What the search reads: the stems of every text, the words they come from, and what people call things."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from config.languages import LANGUAGES
from directory.search.expressions import Matched, Zone
from directory.search.words import phrase


class SearchTextQuerySet(models.QuerySet):
    def matching(self, expression):
        """Texts in which a Boolean expression of stems holds."""
        return self.filter(Matched(expression, Zone.ALL))

    def scored(self, search):
        """Annotate each text with how well it answers a Search, the higher the better."""
        return self.annotate(score=search.score)


class SearchText(models.Model):
    """One version of one object, in one language, as stems. Derived: directory.search.index writes it.

    Each database has an index of its own over these three columns (migration 0006), which a later change of this
    table has to make again.
    """

    class Kind(models.TextChoices):
        RESOURCE = "resource"
        TOPIC = "topic"
        THEME = "theme"
        TERM = "term"
        CONTACT = "contact"
        SITUATION = "situation"

    kind = models.CharField(max_length=10, choices=Kind)
    object_id = models.PositiveBigIntegerField()
    language = models.CharField(max_length=3)
    title = models.TextField()
    summary = models.TextField()
    body = models.TextField()

    objects = SearchTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "language"], name="search_text_once_per_language")
        ]
        indexes = [
            models.Index(fields=["kind", "title"], name="search_text_title"),
            models.Index(fields=["kind", "summary"], name="search_text_summary"),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id} ({self.language})"


class SearchWord(models.Model):
    """A word that stands in some text, for what people type by halves or misspell, and the stem it is found under.

    `frequency` counts the texts with this stem when the index was last rebuilt: rare words tell more. `is_name` says
    that it was only met with a capital: "Lyon", not "maire", which is a village too.
    """

    word = models.CharField(max_length=60, db_index=True)
    stem = models.CharField(max_length=60, db_index=True)
    frequency = models.PositiveIntegerField(default=1)
    is_name = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "stem"], name="search_word_once")]

    def __str__(self):
        return self.word


def synonym_slug(language, said):
    return slugify(f"{language}-{said}", allow_unicode=True)


class Synonym(models.Model):
    """What people say for what the entries call otherwise: whoever searches for `said` also finds what it `means`."""

    slug = models.SlugField(_("address"), unique=True, max_length=100, allow_unicode=True, editable=False)
    language = models.CharField(_("language"), max_length=3, choices=LANGUAGES, default="fr")
    said = models.CharField(_("what people say"), max_length=60)
    means = models.CharField(
        _("what it means here"),
        max_length=200,
        help_text=_("Words that the entries use, in this language or in French. Separate several meanings with |."),
    )
    key = models.CharField(max_length=80, db_index=True, editable=False)

    class Meta:
        ordering = ["language", "said"]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        constraints = [
            models.UniqueConstraint(
                fields=["language", "said"],
                name="synonym_once_per_language",
                violation_error_message=_("This language already has this synonym."),
            )
        ]

    def __str__(self):
        return f"{self.said} → {self.means}"

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def derive(self):
        """Fill in what follows from the rest; bulk writes, which save nothing one by one, call it too."""
        self.key = self.made_key
        self.slug = self.slug or synonym_slug(self.language, self.said)

    def clean(self):
        if not self.made_key:
            raise ValidationError({"said": _("Write at least one letter or number.")})

    @property
    def made_key(self):
        """What `said` is recognised by: its stems."""
        return phrase(self.said, self.language)

    @property
    def meanings(self):
        return [meaning.strip() for meaning in self.means.split("|") if meaning.strip()]


class EmptySearch(models.Model):
    """Words that found nothing, for the editors: the words, the language of the page and how often; no visitor data."""

    words = models.CharField(_("words"), max_length=80)
    language = models.CharField(_("language"), max_length=3)
    count = models.PositiveIntegerField(_("times"), default=0)
    last_on = models.DateField(_("last time"))

    class Meta:
        ordering = ["-count", "words"]
        verbose_name = _("search that found nothing")
        verbose_name_plural = _("searches that found nothing")
        constraints = [models.UniqueConstraint(fields=["words", "language"], name="empty_search_once")]

    def __str__(self):
        return self.words
