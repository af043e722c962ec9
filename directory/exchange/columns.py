"""The columns of each model's table: made from the model, read and written as text.

A relation is the slugs or official codes of what it points to, separated by |. A translated text has a column per
language. What is empty is an empty cell.
"""

import re
from collections import defaultdict
from functools import cache, cached_property

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from directory.models import Resource
from directory.models.resources import PLACES, check_places, check_replaced, check_verified
from directory.states import KINDS, batches, natural_key, written_fields
from directory.translations import plain

SEPARATOR = "|"
YES, NO = "1", "0"
# As spreadsheets in French and English, and people, write them.
SAID = dict.fromkeys(["1", "true", "vrai", "oui", "yes", "x"], YES) | dict.fromkeys(
    ["0", "false", "faux", "non", "no"], NO
)
FRENCH_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
WITHOUT_ITS_ZERO = re.compile(r"[1-9]\d{8}")


class Keys:
    """The natural keys of a related model and their primary keys, both ways, read once."""

    def __init__(self, model):
        self.model = model

    @cached_property
    def pks(self):
        return dict(self.model.objects.order_by().values_list(natural_key(self.model), "pk"))

    @cached_property
    def keys(self):
        return {pk: key for key, pk in self.pks.items()}

    @cached_property
    def shortened(self):
        """Codes as spreadsheets spoil them: 01 becomes 1, 2A is typed 2a."""
        return {key.lstrip("0").casefold(): key for key in self.pks}

    def pk(self, key):
        """The primary key behind a natural key; raises ValidationError when there is none."""
        found = key if key in self.pks else self.shortened.get(key.lstrip("0").casefold())
        if found is None:
            raise ValidationError(
                _("“%(value)s” does not exist among the %(models)s."),
                params={"value": key[:100], "models": self.model._meta.verbose_name_plural},
            )
        return self.pks[found]


class PlainWidget(widgets.Widget):
    """A plain value, read by the model's own field with its own sentences."""

    def __init__(self, field):
        super().__init__()
        self.field = field

    def clean(self, value, row=None, **kwargs):
        text = plain(value)
        if isinstance(self.field, models.BooleanField):
            text = SAID.get(text.casefold(), text)
        elif isinstance(self.field, models.DateField):
            text = FRENCH_DAY.sub(r"\3-\2-\1", text)
        elif self.field.name == "phone" and WITHOUT_ITS_ZERO.fullmatch(text):
            raise ValidationError(_("The first 0 of this number is missing: a spreadsheet took it for a quantity."))
        if text:
            return self.field.to_python(text)
        if self.field.null:
            return None
        if self.field.empty_strings_allowed:
            return ""
        raise ValidationError(str(self.field.error_messages["blank"]))

    def render(self, value, obj=None, **kwargs):
        if isinstance(value, bool):
            return YES if value else NO
        return "" if value is None else plain(str(value))


class OneWidget(widgets.Widget):
    """A relation to one object: its slug or code."""

    def __init__(self, related):
        super().__init__()
        self.related = Keys(related)

    def clean(self, value, row=None, **kwargs):
        key = value.strip()
        return self.related.pk(key) if key else None

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(self.related.keys[value])


class ManyWidget(widgets.ManyToManyWidget):
    """A relation to several objects: their slugs or codes, in order."""

    def __init__(self, related):
        super().__init__(related, separator=SEPARATOR, field=natural_key(related))
        self.related = Keys(related)

    def clean(self, value, row=None, **kwargs):
        return {self.related.pk(key.strip()) for key in value.split(SEPARATOR) if key.strip()}

    def render(self, value, obj=None, **kwargs):
        return SEPARATOR.join(sorted(str(self.related.keys[pk]) for pk in value))


class Column(fields.Field):
    """A column of a table; of a relation to several, its value is the set of primary keys in `instance.lists`."""

    def get_value(self, instance):
        if isinstance(self.widget, ManyWidget):
            return instance.lists[self.attribute]
        return getattr(instance, self.attribute)

    def save(self, instance, row, is_m2m=False, **kwargs):
        """Put a cell into the object, unless it is what the object already holds, written as an export writes it."""
        cell = row[self.column_name]
        if plain(cell) == self.export(instance):
            return
        if not plain(cell) and instance._state.adding and self.default != fields.NOT_PROVIDED:
            return
        value = self.widget.clean(cell)
        if isinstance(self.widget, ManyWidget):
            instance.lists[self.attribute] = value
        else:
            setattr(instance, self.attribute, value)


class ContentResource(resources.ModelResource):
    """The table of a model: what django-import-export calls a resource. `table_of` makes one for each model."""

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        if django_field.many_to_many:
            widget = ManyWidget(django_field.related_model)
        elif django_field.is_relation:
            widget = OneWidget(django_field.related_model)
        else:
            widget = PlainWidget(django_field)
        attribute = getattr(django_field, "attname", field_name)
        return Column(attribute, field_name, widget, default=django_field.default)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.fields = {name: self.fields[name] for name in self._meta.fields}  # the slug first

    @property
    def model(self):
        return self._meta.model

    @property
    def lists(self):
        """The columns that hold several."""
        return [name for name, column in self.fields.items() if isinstance(column.widget, ManyWidget)]

    def read(self, objects):
        """A list of the objects of a queryset with their `lists`, in one query and one more for each relation."""
        instances = list(objects)
        for instance in instances:
            instance.lists = {name: set() for name in self.lists}
        by_pk = {instance.pk: instance for instance in instances}
        for name in self.lists:
            field = self.model._meta.get_field(name)
            one, other = field.m2m_column_name(), field.m2m_reverse_name()
            through = field.remote_field.through.objects.filter(**{f"{one}__in": by_pk})
            for pk, related in through.values_list(one, other):
                by_pk[pk].lists[name].add(related)
        return instances

    def init_instance(self, row=None):
        instance = super().init_instance(row)
        instance.lists = {name: set() for name in self.lists}
        return instance

    def cells(self, instance):
        """{column: text} of an object."""
        return {name: column.export(instance) for name, column in self.fields.items()}

    def rows(self, pks):
        """Yield the row of each object, a list of texts in the order of the columns and of the primary keys given."""
        for some in batches(list(pks)):
            found = {item.pk: item for item in self.read(self.model.objects.filter(pk__in=some).order_by())}
            for pk in some:
                if pk in found:
                    yield list(self.cells(found[pk]).values())

    def problems(self, instance, row):
        """Put a row into an object; return {column: sentences} of what forbids to save it."""
        problems = defaultdict(list)
        verified_on = getattr(instance, "verified_on", None)
        for name, column in self.fields.items():
            if name in row:
                try:
                    column.save(instance, row)
                except ValidationError as error:
                    problems[name] += error.messages
        for name in self.lists:
            field = self.model._meta.get_field(name)
            if not field.blank and not instance.lists[name] and name not in problems:
                problems[name].append(str(field.error_messages["blank"]))
        others = {item.name for item in self.model._meta.fields} - self.fields.keys()
        try:
            instance.clean_fields(others | problems.keys())
            if self.model is not Resource:  # of which the rows so far are looked at, below
                instance.clean()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                problems[name] += messages
        if self.model is Resource and not problems and instance.pk:
            self.replacements[instance.pk] = instance.replaced_by_id
            problems.update(problems_of(check_replaced, instance, self.replacements))
        if self.model is Resource and not problems:
            places = (frozenset(instance.lists[name]) for name in PLACES)
            problems.update(self.problems_of_places(instance.scope, *places))
            if instance.verified_on != verified_on:
                problems.update(problems_of(check_verified, instance.verified_on))
        return problems

    @cached_property
    def replacements(self):
        """{key: that of what replaces it} of the entries that are replaced, as the rows so far make it."""
        return dict(Resource.objects.exclude(replaced_by=None).values_list("pk", "replaced_by"))

    @cached_property
    def problems_of_places(self):
        """check_places for many rows: the same places, which may need a query, are checked once."""

        @cache
        def problems(scope, *places):
            return problems_of(check_places, scope, *map(sorted, places))

        return problems


def problems_of(check, *args):
    """{column: sentences} of what a check of the model forbids."""
    try:
        check(*args)
    except ValidationError as error:
        return error.message_dict
    return {}


@cache
def _resource(model):
    names = [name for name in written_fields(model) if model._meta.get_field(name).editable and name != "slug"]
    options = {"fields": ["slug", *names], "import_id_fields": ["slug"]}
    return resources.modelresource_factory(model, ContentResource, options)


def table_of(model):
    """A ContentResource for a model, with its keys still to be read: for one export or import."""
    return _resource(model)()


def tables_with(headers):
    """The models whose tables have all these columns."""
    return [model for model in KINDS if set(headers) <= _resource(model).fields.keys()]
