from django.db import migrations
from modeltranslation.utils import get_translation_fields

from directory import search


def fill(apps, schema_editor):
    """Write the search columns as Resource.save() does, for entries saved before titles had a column of their own."""
    Resource = apps.get_model("directory", "Resource")
    for resource in Resource.objects.iterator():
        texts = [getattr(resource, field) for name in ("title", "summary", "body") for field in get_translation_fields(name)]
        resource.search_text = search.index(*texts, resource.organisation, resource.email)
        resource.search_title = search.index_titles(getattr(resource, field) for field in get_translation_fields("title"))
        resource.save(update_fields=["search_text", "search_title"])


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_search_titles_and_unknown_territory")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
