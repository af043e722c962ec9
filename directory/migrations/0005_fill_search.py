from django.db import migrations


class Migration(migrations.Migration):
    """Once filled the search columns, which the next migration replaces by an index."""

    dependencies = [("directory", "0004_search_titles_and_unknown_territory")]
    operations = []
