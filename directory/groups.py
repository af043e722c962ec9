"""The groups that people are put in, and what each of them may do."""

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Group, Permission, User

from directory.models import (
    Branch,
    Commune,
    Contact,
    Department,
    EmptySearch,
    Epci,
    GlossaryTerm,
    Link,
    LoadedRecord,
    Proposal,
    Region,
    Report,
    Resource,
    Situation,
    Step,
    Synonym,
)
from directory.models.provenance import TRANSLATION_LANGUAGES
from themes.models import Theme, Topic

PLACES = [Region, Department, Epci, Commune]
LOCAL = [Resource, Branch, Contact, Topic]
GENERAL = [Theme, Situation, Step, GlossaryTerm, Synonym]
WRITE = "view add change delete"


def can(actions, *models):
    """Labels of model permissions, as `user.has_perm` takes them: can("view add", Theme)."""
    return {
        f"{model._meta.app_label}.{get_permission_codename(action, model._meta)}"
        for action in actions.split()
        for model in models
    }


ADMINISTRATION = "Administration"
EDITING = "Rédaction"
EDITING_AN_AREA = "Rédaction d’un territoire ou d’un thème"
STATISTICS = "Lecture des statistiques"
ROLES = {
    EDITING: {"directory.edit_everywhere", "directory.view_statistics"}
    | can("view", *PLACES)
    | can(WRITE, *LOCAL, *GENERAL)
    | can("view delete", EmptySearch)
    | can("view change", Link, Report, Proposal),
    EDITING_AN_AREA: can("view", *PLACES, *GENERAL, EmptySearch)
    | can("view change", Link, Report, Proposal)
    | can("change", Theme)
    | can(WRITE, *LOCAL),
    STATISTICS: {"directory.view_statistics"},
} | {f"Traduction : {name}": {f"directory.translate_{code}"} for code, name in TRANSLATION_LANGUAGES}


def create_groups():
    """Create the groups, and give them what a new version of the code adds; safe to run at every start.

    What was given once is remembered (LoadedRecord) and not given again: a permission that an administrator took away
    or added by hand stays so, and a group that was deleted or renamed does not come back.
    """
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    everything = {label for label in permissions if label.startswith(("directory.", "themes."))}
    for name, labels in {ADMINISTRATION: everything | can(WRITE, User, Group), **ROLES}.items():
        record, is_new = LoadedRecord.objects.get_or_create(key=f"group/{name}")
        if is_new:
            Group.objects.get_or_create(name=name)
        given = set(record.fingerprints.get("permissions", []))
        for group in Group.objects.filter(name=name):
            group.permissions.add(*(permissions[label] for label in labels - given))
        record.fingerprints = {"permissions": sorted(labels | given)}
        record.save()
