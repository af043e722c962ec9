"""Where nothing is known yet: theme × department, with the published entries of the department itself."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.admin.filters import list_of
from directory.models import Department, Region, Resource
from themes.models import Theme


def may_view(user):
    return any(user.has_perm(f"directory.{name}") for name in ("view_resource", "change_resource", "view_statistics"))


def needs():
    """The themes that every department should have something for: all but those on running a project."""
    return Theme.objects.filter(group=Theme.Group.NEED)


def cells(departments, themes):
    """[(department, [(theme, number of entries)])], as the public table of territories counts them."""
    counts = Resource.objects.published().local_counts()
    return [
        (department, [(theme, counts[department.pk][theme.slug]) for theme in themes]) for department in departments
    ]


def holes(table):
    return sum(not count for _department, row in table for _theme, count in row)


def page(request):
    """The table, of one region when `region` names it; a number leads to its entries, a hole to adding one."""
    user, asked = request.user, request.GET.get("region", "")
    if not may_view(user):
        raise PermissionDenied
    themes, regions = list(needs().prefetch_related("topics")), list(Region.objects.all())
    region = next((region for region in regions if region.pk == asked), None)
    if asked and not region:
        messages.error(request, _("No region has the code %(code)s.") % {"code": asked.replace("\0", "")[:80]})
    departments = [each for each in Department.objects.all() if not asked or each.region_id == asked]
    table = cells(departments, themes)
    context = admin.site.each_context(request) | {
        "title": _("Coverage by theme and department"),
        "themes": themes,
        "regions": regions,
        "region": region,
        "total": holes(table),
        "rows": [
            (department, [(count, address(user, department, theme, count)) for theme, count in row])
            for department, row in table
        ],
    }
    return TemplateResponse(request, "admin/coverage.html", context)


def address(user, department, theme, count):
    """Where a cell leads: to its entries, or to the form of a new one, filled in; empty where the user may not go."""
    if count:
        may_list = user.has_perm("directory.view_resource") or user.has_perm("directory.change_resource")
        filters = {"theme": theme.slug, "department": department.pk, "is_published__exact": 1}
        return list_of(Resource, **filters) if may_list else ""
    if not user.has_perm("directory.add_resource"):
        return ""
    first = {"departments": department.pk, "scope": Resource.Scope.LOCAL}
    if topics := theme.topics.all():
        first["topics"] = topics[0].pk
    return f"{reverse('admin:directory_resource_add')}?{urlencode(first)}"
