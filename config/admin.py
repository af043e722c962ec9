"""The site of the admin: its first page is what there is to do, then come the lists."""

from functools import wraps

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import OperationalError
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

# What Django adds to the address of a list that it was asked for in vain.
IN_VAIN = "e"


class DeskSite(AdminSite):
    site_title = site_header = _("Who to count on: the desk")
    index_title = _("To do, the most urgent first")

    # The pages are imported late: directory.admin registers its models with this site while it is being read.

    def get_urls(self):
        from directory.admin import coverage, statistics

        return [
            path("couverture/", self.admin_view(coverage.page), name="coverage"),
            path("statistiques/", self.admin_view(statistics.page), name="statistics"),
            path("statistiques.csv", self.admin_view(statistics.download), name="statistics_csv"),
            *super().get_urls(),
        ]

    def admin_view(self, view, cacheable=False):
        """A view that a form reaches with all that was typed in it, even when its sender's login expired, when they
        log in on the way, or while the database is busy; a list that is asked for in vain says so.
        """
        from config import late_forms

        view = super().admin_view(view, cacheable)

        @wraps(view)
        def reached(request, *args, **kwargs):
            if is_list(request) and IN_VAIN in request.GET:
                messages.error(request, _("No list can be what this address asks for: here it is whole."))
            try:
                answer = late_forms.log_in(request) if late_forms.needs_login(request) else None
                choose_keys(request)
                return answer or view(request, *args, **kwargs)
            except OperationalError:  # a lock that was waited for in vain: on SQLite, one writes at a time
                if request.method == "POST" and late_forms.can_be_kept(request):
                    return late_forms.busy(request)
                raise
            except ValueError:  # such as the year 0, which Django looks for before it looks at it
                if is_list(request) and request.GET and IN_VAIN not in request.GET:
                    return HttpResponseRedirect(f"{request.path}?{IN_VAIN}=1")
                raise

        return reached

    def index(self, request, extra_context=None):
        from directory.admin import desk

        return super().index(request, desk.context(request.user) | (extra_context or {}))


def is_list(request):
    return request.method == "GET" and (request.resolver_match.url_name or "").endswith("_changelist")


def choose_keys(request):
    """Leave out of what is ticked in a list what can be no key there: Django would stumble on it."""
    if ACTION_CHECKBOX_NAME in request.POST:
        request.POST = request.POST.copy()
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        request.POST.setlist(ACTION_CHECKBOX_NAME, [key for key in keys if key.isdecimal() and len(key) < 19])
