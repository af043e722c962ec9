"""What the admin of everything that editors write has in common."""

from directory.admin.areas import AreaAdmin
from directory.admin.history import WithHistory


class ContentAdmin(AreaAdmin, WithHistory):
    """The admin of a model whose objects editors write."""
