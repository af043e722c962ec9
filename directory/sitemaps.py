from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from directory.models import Department, Region, Resource, Situation
from themes.models import Theme


class InEveryLanguage(Sitemap):
    i18n = alternates = x_default = True


class PageSitemap(InEveryLanguage):
    def items(self):
        return [
            "home",
            "theme_list",
            "situation_list",
            "resource_list",
            "territory_list",
            "propose",
            "contacts",
            "glossary",
            "about",
            "accessibility",
            "legal",
        ]

    def location(self, item):
        return reverse(item)


class ThemeSitemap(InEveryLanguage):
    def items(self):
        return Theme.objects.all()


class SituationSitemap(InEveryLanguage):
    def items(self):
        return Situation.objects.published()


class ResourceSitemap(InEveryLanguage):
    def items(self):
        return Resource.objects.published().only("slug", "updated_at")

    def lastmod(self, resource):
        return resource.updated_at


class DepartmentSitemap(InEveryLanguage):
    def items(self):
        return Department.objects.all()


class RegionSitemap(InEveryLanguage):
    def items(self):
        return Region.objects.all()


SITEMAPS = {
    "pages": PageSitemap,
    "themes": ThemeSitemap,
    "situations": SituationSitemap,
    "ressources": ResourceSitemap,
    "territoires": DepartmentSitemap,
    "regions": RegionSitemap,
}
