"""Addresses that programs read."""

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.vary import vary_on_headers


def process_health(request):
    return HttpResponse("ok\n", content_type="text/plain")


def database_health(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def robots(request):
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    return HttpResponse(f"User-agent: *\nDisallow: /admin/\n\nSitemap: {sitemap}\n", content_type="text/plain")


@vary_on_headers("Accept-Language")
def opensearch(request):
    address = request.build_absolute_uri(reverse("resource_list"))
    return render(request, "opensearch.xml", {"address": address}, content_type="application/opensearchdescription+xml")
