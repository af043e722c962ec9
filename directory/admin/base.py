"""What the admin of everything that editors write has in common."""

from django.contrib import admin

from directory.admin.areas import AreaAdmin


class ContentAdmin(AreaAdmin, admin.ModelAdmin):
    """The admin of a model whose objects editors write."""
