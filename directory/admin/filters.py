"""What the lists of the admin are narrowed by. The desk links to them; each value is a word of a queryset."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from directory.models import Branch, Department
from directory.roles import changeable, edits_everywhere
from themes.models import Theme, Topic


def list_of(model, user=None, **filters):
    """The address of a filtered list of the admin; for a user who may change only some of it, of that."""
    if user and not edits_everywhere(user):
        filters["mine"] = "yes"
    return f"{reverse(admin_urlname(model._meta, 'changelist'))}?{urlencode(filters)}"


class ChoiceFilter(admin.SimpleListFilter):
    """A filter among known choices: an unknown one finds nothing, with a sentence, rather than everything."""

    def narrow(self, queryset, value):
        raise NotImplementedError

    def queryset(self, request, queryset):
        value = self.value()
        if value is None:
            return queryset
        if value not in [str(choice) for choice, _title in self.lookup_choices]:
            # The counts beside each filter ask them all again, when the messages are written: that one is enough.
            if self.parameter_name not in (said := request.__dict__.setdefault("refused_choices", set())):
                said.add(self.parameter_name)
                messages.error(
                    request,
                    _("There is no such choice for “%(filter)s”: %(value)s.")
                    % {"filter": self.title, "value": value.replace("\0", "")[:80]},
                )
            return queryset.none()
        return self.narrow(queryset, value)


class SelectFilter(ChoiceFilter):
    """A filter with too many choices for a list of links: a select, without counts."""

    template = "admin/select_filter.html"

    def choices(self, changelist):
        self.kept = [
            (name, value)
            for name, values in changelist.filter_params.items()
            for value in values
            if name != self.parameter_name
        ]
        yield {"value": "", "display": _("All"), "selected": self.value() is None}
        for value, title in self.lookup_choices:
            yield {"value": value, "display": title, "selected": self.value() == value}


class ThemeFilter(ChoiceFilter):
    title = gettext_lazy("theme")
    parameter_name = "theme"

    def lookups(self, request, model_admin):
        return [(theme.slug, theme.title) for theme in Theme.objects.all()]

    def narrow(self, queryset, value):
        return queryset.on_topics(Topic.objects.filter(theme__slug=value))


class DepartmentFilter(SelectFilter):
    """Of what names departments: those that name this one."""

    title = gettext_lazy("department")
    parameter_name = "department"

    def lookups(self, request, model_admin):
        return [(department.pk, f"{department.pk} {department.name}") for department in Department.objects.all()]

    def narrow(self, queryset, value):
        return queryset.filter(departments=value)


class VerifiedFilter(ChoiceFilter):
    title = gettext_lazy("verification")
    parameter_name = "verified"

    def lookups(self, request, model_admin):
        return [
            ("late", _("Not verified for six months")),
            ("never", _("Never verified")),
            ("lately", _("Verified in the last six months")),
        ]

    def narrow(self, queryset, value):
        if value == "never":
            return queryset.filter(verified_on=None)
        return queryset.to_verify() if value == "late" else queryset.verified_lately()


class SourceYearFilter(ChoiceFilter):
    """Of branches: by the year of their source, those from before last year and those that have none."""

    title = gettext_lazy("date of the source")
    parameter_name = "source_year"

    def lookups(self, request, model_admin):
        years = Branch.objects.exclude(dated="").order_by().values_list(Substr("dated", 1, 4), flat=True).distinct()
        return [
            ("old", _("Before last year")),
            *((year, year) for year in sorted(years)),
            ("none", _("Without a date")),
        ]

    def narrow(self, queryset, value):
        if value == "none":
            return queryset.filter(dated="")
        return queryset.old() if value == "old" else queryset.filter(dated__startswith=value)


class MineFilter(ChoiceFilter):
    """For who may change only some of the objects: these."""

    title = gettext_lazy("who may change it")
    parameter_name = "mine"

    def lookups(self, request, model_admin):
        return [("yes", _("What I may change"))]

    def narrow(self, queryset, value):
        return changeable(self.request.user, queryset)
