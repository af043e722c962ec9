"""What the admin of everything that editors write has in common."""

from django.contrib import admin


class ContentAdmin(admin.ModelAdmin):
    """The admin of a model whose objects editors write."""
