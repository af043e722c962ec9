"""The questions a reader asks: where, and which entries. Each filter is one call into the querysets' vocabulary."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import F
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy as _, pgettext_lazy

from directory.counting import Facets, count, groups_of
from directory.models import OldAddress, Resource, Rung
from directory.models.resources import LOCAL_RUNGS
from directory.places import Place, find_communes, find_department, find_region, find_typed
from directory.search.folding import normalise
from directory.search.query import understand
from themes.models import Theme, Topic


class TypedList(forms.Field):
    """Several values of one parameter, each as it was typed, without blanks or repetition."""

    widget = forms.MultipleHiddenInput
    default_validators = [ProhibitNullCharactersValidator()]
    most = 20

    def to_python(self, value):
        return list(dict.fromkeys(text.strip() for text in value or [] if text.strip()))

    def run_validators(self, value):
        for text in value:
            super().run_validators(text)
        if len(value) > self.most:
            raise ValidationError(_("Choose at most %(most)s places."), params={"most": self.most})


class PlaceForm(forms.Form):
    """Where the reader looks from: a place typed in one box, or the codes that links and bookmarks carry.

    When a name is shared, `homonyms` holds the communes to choose from.
    """

    lieu = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("A commune, a postal code, a department or a region."),
    )
    departement = TypedList(required=False)
    region = TypedList(required=False)
    commune = TypedList(required=False)

    homonyms = ()

    def clean_lieu(self):
        text = self.cleaned_data["lieu"].strip()
        return self.only_one(text, find_typed(text)) if text else None

    def clean_departement(self):
        return [self.known(text, find_department(text)) for text in self.cleaned_data["departement"]]

    def clean_region(self):
        return [self.known(text, find_region(text)) for text in self.cleaned_data["region"]]

    def clean_commune(self):
        return [self.only_one(text, find_communes(text)) for text in self.cleaned_data["commune"]]

    def known(self, text, place):
        if place is None:
            raise ValidationError(
                _("We know no place called “%(place)s”. Try a department's number, a postal code or a commune's name."),
                params={"place": text},
            )
        return place

    def only_one(self, text, places):
        if len(places) > 1:
            self.homonyms = places
            raise ValidationError(
                _("Several places answer to “%(place)s”. Which one do you mean?"), params={"place": text}
            )
        return self.known(text, places[0] if places else None)

    @cached_property
    def place(self):
        """The Place of a valid form; an empty one, which is false, when nothing or something unknown was asked."""
        found = self.cleaned_data if self.is_valid() else {}
        return Place(
            communes=found.get("commune", []),
            chosen_departments=found.get("departement", []),
            chosen_regions=found.get("region", []),
        )

    @property
    def asked(self):
        """The place that was typed, else those that were coded; the communes to choose from when a name is shared."""
        if not self.is_valid():
            return self.homonyms
        found = self.cleaned_data
        if found["lieu"]:
            return [found["lieu"]]
        return [*found["departement"], *found["region"], *found["commune"]]

    @property
    def place_errors(self):
        return [message for name in PlaceForm.base_fields for message in self.errors.get(name, [])]


BEST_MATCH = pgettext_lazy("sort by", "Best match")
SORTS = [
    ("proximite", pgettext_lazy("sort by", "Nearest")),
    ("verification", pgettext_lazy("sort by", "Last verified")),
    ("nom", pgettext_lazy("sort by", "Name")),
]


def check_words(text):
    """Raise ValidationError for a text without a single letter or number, which would find everything."""
    if not normalise(text):
        raise ValidationError(_("Write at least one letter or number."))


class ResourceFilter(django_filters.FilterSet):
    """The list of entries: its parameters, what they keep and in which order, whoever asks."""

    q = django_filters.CharFilter(
        label=pgettext_lazy("search box", "Words"),
        method="keep_matching",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
        validators=[check_words],
    )
    theme = django_filters.ModelMultipleChoiceFilter(
        label=_("Themes"),
        queryset=Theme.objects.all(),
        to_field_name="slug",
        method="keep_themes",
        widget=forms.CheckboxSelectMultiple,
    )
    sujet = django_filters.ModelMultipleChoiceFilter(
        label=_("Topics"),
        queryset=Topic.objects.select_related("theme"),
        to_field_name="slug",
        method="keep_topics",
        widget=forms.CheckboxSelectMultiple,
    )
    mots = django_filters.ChoiceFilter(
        label=_("How the words are read"),
        choices=[("tels-quels", _("No place is read in the words"))],
        method="keep_all",
    )
    tri = django_filters.ChoiceFilter(label=_("Sort by"), choices=SORTS, empty_label=BEST_MATCH, method="keep_all")
    type = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("kind of entry", "Type"),
        field_name="kind",
        choices=Resource.Kind.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    portee = django_filters.MultipleChoiceFilter(
        label=_("Scope"),
        field_name="scope",
        choices=Resource.Scope.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Resource
        form = PlaceForm
        fields = []

    def __init__(self, data, queryset):
        """`data` is the QueryDict of the address; a blank value in it means everyone, everywhere (rule 2)."""
        asked = data.copy()
        for name, values in data.lists():
            asked.setlist(name, list(dict.fromkeys(value.strip() for value in values if value.strip())))
        super().__init__(asked, queryset)

    def keep_matching(self, queryset, name, words):
        if self.search is None or self.search.place and not self.search.has_words:
            return queryset
        return queryset.matching(self.search)

    def keep_themes(self, queryset, name, themes):
        return queryset.on_topics(Topic.objects.filter(theme__in=themes)) if themes else queryset

    def keep_topics(self, queryset, name, topics):
        return queryset.on_topics(topics) if topics else queryset

    def keep_all(self, queryset, name, value):
        """For what says how to read or to sort, and narrows nothing."""
        return queryset

    @cached_property
    def search(self):
        """The Search that the words are understood as; None without words, or when something asked is not valid."""
        if not self.form.is_valid() or not (words := self.form.cleaned_data["q"]):
            return None
        reads_places = not self.form.place and not self.form.cleaned_data["mots"]
        return understand(words, get_language(), reads_places=reads_places)

    @cached_property
    def place(self):
        """The Place that was chosen, else the one among the words; an empty one, which is false, without any."""
        return self.search.place if self.search and self.search.place else self.form.place

    @property
    def moved_query(self):
        """The query with the slugs that its themes and topics have now; None when it holds none that they have left."""
        if not {"theme", "sujet"} & self.form.errors.keys():
            return None
        query, is_moved = self.data.copy(), False
        for name, model in (("theme", Theme), ("sujet", Topic)):
            asked = query.getlist(name)
            moves = OldAddress.objects.moves(model, [slug for slug in asked if "\0" not in slug])
            query.setlist(name, [moves.get(slug, slug) for slug in asked])
            is_moved = is_moved or bool(moves)
        return query if is_moved else None

    @property
    def chips(self):
        """(label, query without it) for each choice of the question, so that each can be taken back."""
        asked = self.form.cleaned_data
        choices = [("q", asked["q"], asked["q"])] if asked["q"] else []
        for name in ("departement", "region", "commune"):
            choices += [
                (name, typed, str(place)) for typed, place in zip(self.data.getlist(name), asked[name], strict=True)
            ]
        choices += [(name, item.slug, item.title) for name in ("theme", "sujet") for item in asked[name]]
        for name in ("type", "portee"):
            labels = dict(self.filters[name].extra["choices"])
            choices += [(name, value, labels[value]) for value in asked[name]]
        return [(label, self.query_without(name, value)) for name, value, label in choices]

    @property
    def query_of_words(self):
        """The query of the words alone, without filter or place."""
        asked = QueryDict(mutable=True)
        asked["q"] = self.search.other_words
        if self.search.place_words:
            asked["mots"] = "tels-quels"
        return asked.urlencode()

    @property
    def query_without_place_words(self):
        """The query in which the words that name a place are taken for words like the others."""
        return self.query_with(mots="tels-quels")

    @property
    def homonym_queries(self):
        """[(commune, query)]: this search narrowed to each commune that shares the name among the words."""
        return [
            (commune, self.query_with(q=self.search.other_words, commune=commune.pk))
            for commune in self.search.homonyms
        ]

    def query_with(self, **values):
        query = self.data.copy()
        query.pop("page", None)
        for name, value in values.items():
            query[name] = value
        return query.urlencode()

    def query_without(self, name, value):
        query = self.data.copy()
        query.pop("page", None)
        query.setlist(name, [other for other in query.getlist(name) if other != value])
        return query.urlencode()

    def narrowed(self):
        """Entries that answer everything but the place; none when something is not understood."""
        if not self.form.is_valid():
            return self.queryset.none()
        queryset = self.queryset
        for name, narrow in self.filters.items():
            queryset = narrow.filter(queryset, self.form.cleaned_data[name])
        return queryset

    @cached_property
    def facets(self):
        """The Facets of the entries that answer the words and the place."""
        if not self.form.is_valid():
            return Facets()
        asked, queryset = self.form.cleaned_data, self.keep_matching(self.queryset, "q", self.form.cleaned_data["q"])
        if self.place:
            queryset = queryset.widened(self.place)
        chosen = {name: {item.slug for item in asked[name]} for name in ("theme", "sujet")}
        chosen |= {name: set(asked[name]) for name in ("type", "portee")}
        return count(groups_of(queryset, has_rungs=bool(self.place)), chosen)

    @cached_property
    def counts(self):
        """{rung: number of entries} seen from the place, and {None: number} when none is chosen."""
        return self.shown(self.facets.rungs)

    @cached_property
    def choice_counts(self):
        """{filter: {value: number of entries that this choice alone would give}}, all else asked being kept.

        Choices of one filter add up: beside those already ticked, a count says how many entries the choice holds.
        """
        return {
            name: {value: sum(self.shown(rungs).values()) for value, rungs in self.facets.choices[name].items()}
            for name in ("theme", "sujet", "type", "portee")
        }

    def shown(self, counts):
        """Of the entries of each rung, those that are shown: the ladder goes on only where nothing is local."""
        if not self.place or self.is_widened_by(counts):
            return counts
        return {rung: count for rung, count in counts.items() if rung not in (Rung.NEIGHBOURS, Rung.ELSEWHERE)}

    @staticmethod
    def is_widened_by(counts):
        return not any(counts.get(rung) for rung in LOCAL_RUNGS)

    @property
    def is_widened(self):
        """True when the place has nothing of its own, so that the answer goes on to its neighbours and beyond."""
        return bool(self.place) and self.is_widened_by(self.counts)

    @property
    def total(self):
        return sum(self.counts.values())

    @property
    def order(self):
        """The names to sort by: the ladder of rungs when a place is chosen, then as asked, then by name."""
        by = {
            "": ["-relevance"] if self.search and self.search.has_words else [],
            "proximite": [F("borders").asc(nulls_last=True)] if self.place else [],
            "verification": [F("verified_on").desc(nulls_last=True)],
            "nom": [],
        }
        return [*(["rung"] if self.place else []), *by[self.form.cleaned_data["tri"]], "slug"]

    @property
    def qs(self):
        """The answer, in its order."""
        queryset = self.narrowed()
        if not self.form.is_valid():
            return queryset
        if self.search and self.search.has_words:
            queryset = queryset.ranked(self.search)
        if self.place:
            queryset = queryset.widened(self.place) if self.is_widened else queryset.serving(self.place)
            if self.form.cleaned_data["tri"] == "proximite":
                queryset = queryset.with_borders(self.place)
        return queryset.order_by(*self.order)
