"""Addresses that programs read."""

from django.contrib.sitemaps.views import sitemap as make_sitemap
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control

from directory.places import suggestions
from directory.sitemaps import SITEMAPS


def process_health(request):
    return HttpResponse("ok\n", content_type="text/plain")


def database_health(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def robots(request):
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    return HttpResponse(f"User-agent: *\nDisallow: /admin/\n\nSitemap: {sitemap}\n", content_type="text/plain")


def sitemap(request):
    """The sitemap, made once an hour: thousands of addresses that change with the content only.

    Kept under the name of the host, whatever follows it in the address, so that nobody can fill the cache.
    """
    key = f"sitemap:{request.scheme}://{request.get_host()}"
    content = cache.get(key)
    if content is None:
        content = make_sitemap(request, SITEMAPS).render().content
        cache.set(key, content, timeout=3600)
    return HttpResponse(content, content_type="application/xml")


def opensearch(request):
    address = request.build_absolute_uri(reverse("resource_list"))
    return render(request, "opensearch.xml", {"address": address}, content_type="application/opensearchdescription+xml")


@cache_control(public=True, max_age=3600)
def place_suggestions(request):
    """What the place box may hold, from its first letters on; the script of the box fills its list with it."""
    labels = suggestions(request.GET.get("lieu", "")[:80])
    return JsonResponse([{"label": label} for label in labels], safe=False)
