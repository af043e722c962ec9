"""What the admin of everything that editors write has in common."""

from directory.admin.history import WithHistory


class ContentAdmin(WithHistory):
    """The admin of a model whose objects editors write."""
