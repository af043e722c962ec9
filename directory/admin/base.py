"""What the admin of everything that editors write has in common."""

from directory.admin.areas import AreaAdmin
from directory.admin.exchange import WithExchange
from directory.admin.history import WithHistory
from directory.admin.merging import WithMerging
from directory.admin.preview import WithPreview


# The preview stands first, because it undoes whatever the others write; then what refuses a write outside an area.
class ContentAdmin(WithPreview, AreaAdmin, WithMerging, WithHistory, WithExchange):
    """The admin of a model whose objects editors write."""

    change_form_template = add_form_template = "admin/content/change_form.html"
    delete_confirmation_template = "admin/content/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/content/delete_selected_confirmation.html"
