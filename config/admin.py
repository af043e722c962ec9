"""The site of the admin: its first page is what there is to do, then come the lists."""

from functools import wraps

from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import OperationalError
from django.urls import path
from django.utils.translation import gettext_lazy as _


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
        """A view that a form reaches even when its sender's login expired: they log in on the way.

        What is typed is kept, too, when the database is busy.
        """
        from config import late_forms

        view = super().admin_view(view, cacheable)

        @wraps(view)
        def after_login(request, *args, **kwargs):
            answer = late_forms.log_in(request) if late_forms.needs_login(request) else None
            choose_keys(request)
            try:
                return answer or view(request, *args, **kwargs)
            except OperationalError:  # a lock that was waited for in vain: on SQLite, one writes at a time
                if request.method == "POST" and late_forms.can_be_kept(request):
                    return late_forms.busy(request)
                raise

        return after_login

    def index(self, request, extra_context=None):
        from directory.admin import desk

        return super().index(request, desk.context(request.user) | (extra_context or {}))


def choose_keys(request):
    """Leave out of what is ticked in a list what can be no key there: Django would stumble on it."""
    if ACTION_CHECKBOX_NAME in request.POST:
        request.POST = request.POST.copy()
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        request.POST.setlist(ACTION_CHECKBOX_NAME, [key for key in keys if key.isdecimal() and len(key) < 19])
