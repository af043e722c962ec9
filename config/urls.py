from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.views.decorators.cache import cache_page

from directory.sitemaps import SITEMAPS
from directory.views import machines, pages

urlpatterns = [
    path("", pages.choose_language, name="root"),
    path("admin/", admin.site.urls),
    path("healthz", machines.process_health),
    path("readyz", machines.database_health),
    path("robots.txt", machines.robots),
    path("opensearch.xml", machines.opensearch, name="opensearch"),
    # Thousands of addresses that change with the content only: made once an hour, for all processes.
    path("sitemap.xml", cache_page(3600)(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    *i18n_patterns(path("", include("directory.urls"))),
]

handler404 = "directory.views.pages.not_found"
