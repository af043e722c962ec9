"""The site of the admin: its first page is what there is to do, then come the lists."""

from django.contrib.admin import AdminSite
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

    def index(self, request, extra_context=None):
        from directory.admin import desk

        return super().index(request, desk.context(request.user) | (extra_context or {}))
