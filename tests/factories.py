"""Objects for tests: each call names what matters to the test, the factory fills the rest."""

from itertools import count

from directory.models import Branch, Proposal, Report, Resource, Situation, Step
from themes.models import Theme, Topic

numbers = count(1)


def make_topic(theme="mobilite", **fields):
    number = next(numbers)
    fields = {"slug": f"sujet-{number}", "title_fr": f"Sujet {number}"} | fields
    return Topic.objects.create(theme=Theme.objects.get(slug=theme), **fields)


def make_resource(*, topics=None, departments=(), regions=(), communes=(), epcis=(), **fields):
    """A published entry; its scope follows from its places unless the test says otherwise."""
    number = next(numbers)
    scope = "local" if departments else "regional" if regions else "national"
    fields = {
        "slug": f"fiche-{number}",
        "title_fr": f"Fiche {number}",
        "summary_fr": "Une phrase.",
        "body_fr": "Un texte.",
        "kind": "organisme",
        "scope": scope,
        "source": "Test",
    } | fields
    resource = Resource.objects.create(**fields)
    resource.topics.set(topics or [make_topic()])
    resource.departments.set(departments)
    resource.regions.set(regions)
    resource.communes.set(communes)
    resource.epcis.set(epcis)
    return resource


def make_branch(resource, departments, **fields):
    number = next(numbers)
    branch = Branch.objects.create(
        resource=resource, **({"slug": f"antenne-{number}", "name": f"Antenne {number}", "source": "Test"} | fields)
    )
    branch.departments.set(departments)
    return branch


def make_situation(*, steps=1, resources=(), **fields):
    """A published situation whose steps all lead to the same entries."""
    number = next(numbers)
    fields = {
        "slug": f"situation-{number}",
        "title_fr": f"Situation {number}",
        "summary_fr": "Une phrase.",
        "source": "Test",
    } | fields
    situation = Situation.objects.create(**fields)
    for position in range(steps):
        title = f"Étape {number}-{position}"
        step = Step.objects.create(
            situation=situation,
            slug=f"etape-{number}-{position}",
            position=position,
            title_fr=title,
            text_fr="Un texte.",
        )
        step.resources.set(resources)
    return situation


def withdraw(instance):
    """Take away an object that readers could see, as an editor does."""
    instance.is_published = False
    instance.save()
    return instance


def make_withdrawn_pages():
    """An entry and a situation that were published, at the address « retiree » of each: all that their pages show."""
    replacement = Resource.objects.get(slug="agir")
    withdraw(make_resource(slug="retiree", topics=replacement.topics.all(), replaced_by=replacement))
    withdraw(make_situation(slug="retiree", steps=0))


def make_report(resource=None, **fields):
    return Report.objects.create(resource=resource or make_resource(), **({"kind": "ferme", "text": "Fermé."} | fields))


def make_proposal(*, themes=(), departments=(), **fields):
    number = next(numbers)
    proposal = Proposal.objects.create(**({"name": f"Ressource {number}", "text": "Elle aide."} | fields))
    proposal.themes.set(themes)
    proposal.departments.set(departments)
    return proposal
