from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from directory.views import machines, pages

urlpatterns = [
    path("", pages.choose_language, name="root"),
    path("admin/", admin.site.urls),
    path("healthz", machines.process_health),
    path("readyz", machines.database_health),
    path("robots.txt", machines.robots),
    path("lieux.json", machines.place_suggestions, name="place_suggestions"),
    path("opensearch.xml", machines.opensearch, name="opensearch"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    *i18n_patterns(path("", include("directory.urls"))),
]

handler404 = "directory.views.pages.not_found"
