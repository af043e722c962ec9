"""Attempts at tables of content: to take them away and to bring them back."""

from django.core.files.uploadedfile import SimpleUploadedFile

from directory import duplicates
from directory.exchange.files import FORMATS
from directory.exchange.importing import Import
from directory.models import Branch, Contact, EmptySearch, GlossaryTerm, Resource, Situation, Step, Synonym, Upload
from directory.states import KINDS
from tests.directory.roles.attempts import CHANGES, EDITORS, LOCAL, OTHERS, READERS, Attempt, action
from tests.factories import make_resource, make_topic
from tests.tables import address
from themes.models import Theme, Topic


def exchange_attempts(world, known):
    for model, objects in world.objects.items():
        if model is EmptySearch:
            continue
        yield Attempt(address(model, "export", "csv"), READERS)
        for form in FORMATS:
            yield action(model, f"export_{form}", objects.values(), set(), refused=dict.fromkeys(READERS, 200))
        may = EDITORS | (objects.keys() - {OTHERS} if model in LOCAL else set())
        yield Attempt(address(model, "import"), may)
        looks = READERS if model in LOCAL else EDITORS
        yield Attempt(address(model, "duplicates"), looks if model in duplicates.NAMES else set())
    yield Attempt(address(Branch, "export", "xlsx"), READERS)
    file = SimpleUploadedFile("fiches.csv", f"slug;source\n{world.here.slug};Autre\n".encode())
    yield Attempt(address(Resource, "import"), READERS, {"file": file})
    yield Attempt(
        address(Theme, "import"), EDITORS, {"file": SimpleUploadedFile("t.csv", b"slug;position\nemploi;3\n")}
    )

    def upload(model, role, refused=None, **cells):
        """A table of one row that somebody sent; `refused` when it may not be saved."""
        user, slug = world.users[role], cells.pop("slug")
        sent = Upload(kind=KINDS[model], user=user, name="fichier.csv")
        sent.pack(["slug", *cells], [(2, {"slug": slug} | cells)])
        sent.save()
        work = Import(model, sent.rows(), user)
        assert list(work.compare())
        assert bool(work.counts["refused"]) is bool(refused), (model, role, cells)
        may = EDITORS | {"mobilite"} if model is Topic else READERS if model in LOCAL else EDITORS
        others = dict.fromkeys(may - {role}, 404)
        by, others = (set(), others | {role: 200}) if refused else ({role}, others)
        return Attempt(address(model, "import_file", sent.pk), by, {"seen": work.fingerprint}, 200, others)

    langue = make_topic("langue")
    in_03 = make_resource(departments=["03"], topics=[langue])
    branches, contacts, topics = (world.objects[model] for model in (Branch, Contact, Topic))
    new = {"title_fr": "Neuf", "summary_fr": "Neuf.", "kind": "outil", "source": "Test", "topics": langue.slug}
    inside = upload(Resource, "cantal", slug=world.here.slug, source="Autre")
    yield inside
    yield Attempt(inside.url, {"cantal"}, refused=inside.refused)
    yield Attempt(inside.url, {"cantal"}, {"cancel": "on"}, refused=inside.refused)
    yield upload(Resource, "editor", slug=in_03.slug, departments="15")
    for model in (Theme, Situation, GlossaryTerm, Synonym, Step):
        obj = world.objects[model][OTHERS]
        yield upload(model, "editor", slug=obj.slug, **CHANGES.get(model, {"source": "Autre"}))
    yield upload(Resource, "cantal", slug="neuve", scope="local", departments="15", **new)
    yield upload(Branch, "mobilite", slug=branches["mobilite"].slug, source="Autre")
    yield upload(Contact, "mobilite", slug=contacts["mobilite"].slug, source="Autre")
    yield upload(Topic, "mobilite", slug=topics["mobilite"].slug, position="3")
    for model, role, cells in [
        (Resource, "cantal", {"slug": world.here.slug, "departments": "15|03"}),
        (Resource, "cantal", {"slug": world.here.slug, "departments": "", "scope": "national"}),
        (Resource, "cantal", {"slug": in_03.slug, "departments": "15"}),
        (Resource, "cantal", {"slug": "neuve", "scope": "local", "departments": "03", **new}),
        (Resource, "mobilite", {"slug": world.mobile.slug, "topics": langue.slug}),
        (Branch, "cantal", {"slug": branches["cantal"].slug, "departments": "03"}),
        (Branch, "mobilite", {"slug": branches["mobilite"].slug, "resource": world.here.slug}),
        (Contact, "cantal", {"slug": contacts["cantal"].slug, "department": ""}),
        (Contact, "mobilite", {"slug": contacts["mobilite"].slug, "resource": ""}),
        (Topic, "mobilite", {"slug": topics["mobilite"].slug, "theme": "langue"}),
        (Topic, "mobilite", {"slug": langue.slug, "theme": "mobilite"}),
    ]:
        yield upload(model, role, "refused", **cells)
