"""The actors of a project (annexe 1 of the guide), in the order one needs them."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from directory.models import Resource

# The guide advises to involve all of them when the project is prepared and when it is carried out. It puts at the very
# start the town hall ("one of the first steps"), the DDETS, housing and mobility ("as early as possible"), the OFII
# ("a fundamental step"), and education ("to prepare the arrival of pupils"). For the others it names no moment: they
# stand where what the guide says they do is needed.
STAGES = (
    (
        _("Before the arrival: preparing"),
        (
            "mairie",
            "etablissement-public-de-cooperation-intercommunale-epci",
            "ddets",
            "prefecture",
            "ofii",
            "conseil-departemental",
            "conseil-regional",
            "acteurs-de-l-acces-au-logement",
            "acteurs-de-la-mobilite",
            "acteurs-de-l-education",
        ),
    ),
    (
        _("At the arrival: welcoming"),
        ("agir", "associations-d-accueil-du-territoire", "centre-communal-d-action-sociale-ccas"),
    ),
    (
        _("After the arrival: settling in"),
        ("acteurs-de-l-apprentissage-du-francais", "acteurs-de-l-acces-a-l-emploi"),
    ),
)
# Bodies that the guide names under an actor: their branches are its real names in a territory.
ACTOR_OF = {"rectorat": "acteurs-de-l-education", "casnav": "acteurs-de-l-education"}


def actors_by_stage(branches):
    """[(title, actors)]: each actor an entry with, as `names_here`, those of the branches that are its own.

    Branches of other entries come last, under a title that promises no moment.
    """
    names, entries = defaultdict(list), {}
    for branch in branches:
        slug = ACTOR_OF.get(branch.resource.slug, branch.resource.slug)
        names[slug].append(branch)
        entries[slug] = branch.resource
    ordered = [slug for _title, slugs in STAGES for slug in slugs]
    entries |= Resource.objects.published().without_bodies().in_bulk(ordered, field_name="slug")
    for slug, entry in entries.items():
        entry.names_here = names[slug]
    others = [slug for slug in names if slug not in ordered]
    stages = [(title, [entries[slug] for slug in slugs if slug in entries]) for title, slugs in STAGES]
    return [*stages, (_("Also here"), [entries[slug] for slug in others])]
