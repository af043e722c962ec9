"""An address that readers have seen never dies: it leads on, or says what became of its page and where to go."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from directory.filters import PlaceForm
from directory.history import Act, act
from directory.history.undoing import undo
from directory.loading.content import load_content
from directory.models import OldAddress, Resource, Situation
from tests.directory.test_loading import edit, folder  # noqa: F401 - a fixture
from tests.factories import make_resource, make_situation, make_topic, withdraw
from tests.forms import form_on
from themes.models import Theme

pytestmark = pytest.mark.django_db
MAKERS = {"ressources": make_resource, "situations": make_situation}


@pytest.fixture(params=MAKERS)
def kind(request):
    """What can be unpublished, by the word in its address."""
    return request.param


@pytest.fixture
def instance(kind):
    return MAKERS[kind](title_fr="Titre d'avant")


def rename(instance, slug):
    instance.slug = slug
    instance.save()


def test_what_is_unpublished_says_so_in_every_language_and_says_where_to_go(client, language, kind, instance):
    withdraw(instance)
    response = client.get(f"/{language}/{kind}/{instance.slug}/?departement=15")
    for text in (
        "Titre d&#x27;avant",
        '<meta name="robots" content="noindex">',
        f'href="/{language}/themes/mobilite/?departement=15"',
        f'action="/{language}/ressources/"',
    ):
        assertContains(response, text, status_code=410)
    assert response.context["since"] == timezone.localdate()
    assert not response.cookies


def test_a_page_that_may_come_back_is_not_kept_by_browsers_as_gone(client, kind, instance):
    withdraw(instance)
    assert "no-store" in client.get(f"/fr/{kind}/{instance.slug}/").headers["Cache-Control"]


@pytest.mark.parametrize("query", ["avec=fr", "departement=999", "commune=15014&avec=fr", "lieu=%00", "page=x&q=%ff"])
def test_what_an_address_asked_does_not_keep_the_page_from_answering(client, kind, instance, query):
    withdraw(instance)
    assertContains(client.get(f"/ar/{kind}/{instance.slug}/?{query}"), "avant", status_code=410)


def test_a_draft_that_nobody_has_seen_reveals_nothing(client, kind):
    draft = MAKERS[kind](is_published=False)
    assert client.get(f"/fr/{kind}/{draft.slug}/").status_code == 404
    rename(draft, "brouillon-renomme")
    draft.delete()
    assert client.get(f"/fr/{kind}/brouillon-renomme/").status_code == 404
    assert not OldAddress.objects.exists()


def test_what_was_deleted_is_remembered_without_its_name(client, kind, instance):
    address = f"/fr/{kind}/{instance.slug}/"
    instance.delete()
    response = client.get(address)
    assertContains(response, "/fr/themes/mobilite/", status_code=410)
    assertNotContains(response, "avant", status_code=410)


def test_what_is_published_again_answers_again_and_forgets_the_day_it_left(client, kind, instance):
    withdraw(instance)
    instance.is_published = True
    instance.save(update_fields=["is_published"])
    assertContains(client.get(f"/fr/{kind}/{instance.slug}/"), "Titre d&#x27;avant")
    instance.refresh_from_db()
    assert instance.withdrawn_on is None


def test_the_day_something_left_does_not_change_with_later_edits(kind, instance):
    withdraw(instance)
    type(instance).objects.filter(pk=instance.pk).update(withdrawn_on=date(2026, 3, 1))
    instance.refresh_from_db()
    withdraw(instance)
    assert instance.withdrawn_on == date(2026, 3, 1)


def test_a_withdrawn_entry_is_in_no_list(client):
    topic = make_topic("lien-social")
    entry = withdraw(make_resource(topics=[topic], departments=["15"], title_fr="Zorglubothèque", is_practice=True))
    situation = make_situation(resources=[entry])
    other = make_resource(topics=[topic])
    for address in (
        "ressources/?q=zorglubotheque",
        "ressources/?departement=15",
        "themes/lien-social/?departement=15",
        "territoires/15/",
        f"situations/{situation.slug}/",
        f"ressources/{other.slug}/",
    ):
        assertNotContains(client.get(f"/fr/{address}"), f"/ressources/{entry.slug}/")
    assertNotContains(client.get("/sitemap.xml"), f"/ressources/{entry.slug}/")


def test_a_withdrawn_entry_leads_to_those_of_its_topics(client):
    topic = make_topic()
    entry, other = withdraw(make_resource(topics=[topic])), make_resource(topics=[topic])
    withdraw(make_resource(topics=[topic]))
    assert client.get(f"/fr/ressources/{entry.slug}/").context["related"] == [other]


def test_a_withdrawn_situation_leads_to_the_others(client):
    situation, other = withdraw(make_situation()), make_situation()
    situations = client.get(f"/fr/situations/{situation.slug}/").context["situations"]
    assert other in situations
    assert situation not in situations


def test_a_replacement_is_followed_to_the_first_published_entry(client):
    topic = make_topic()
    last = make_resource(topics=[topic], replaced_by=make_resource())
    middle = make_resource(topics=[topic], replaced_by=last)
    first = withdraw(make_resource(topics=[topic], replaced_by=middle))

    def shown():
        context = client.get(f"/fr/ressources/{first.slug}/").context
        return context["replacement"], context["related"]

    assert shown() == (middle, [last])
    withdraw(middle)
    assert shown() == (last, [])


@pytest.mark.parametrize("published", [True, False])
def test_replacements_that_lead_nowhere_are_not_shown(client, published):
    entry = make_resource()
    other = make_resource(replaced_by=entry, is_published=False)
    # As no form allows: a circle, or an entry that replaces itself.
    Resource.objects.filter(pk=entry.pk).update(replaced_by=entry if published else other)
    withdraw(Resource.objects.get(pk=entry.pk))
    assert client.get(f"/fr/ressources/{entry.slug}/").context["replacement"] is None


def test_a_withdrawn_page_has_a_fixed_number_of_queries(client, django_assert_num_queries):
    topic = make_topic()
    entry = withdraw(make_resource(topics=[topic], replaced_by=make_resource()))
    situation = withdraw(make_situation())
    for _ in range(10):
        make_resource(topics=[topic])
        make_situation()
    # two to find it, themes, the chain and its end with its departments, regions and topics, related ones with theirs
    with django_assert_num_queries(12):
        client.get(f"/fr/ressources/{entry.slug}/")
    with django_assert_num_queries(4):  # two to find it, themes, situations
        client.get(f"/fr/situations/{situation.slug}/")


@pytest.mark.parametrize("path", ["ressources", "situations", "themes"])
def test_a_changed_address_redirects_for_good_in_the_same_language_with_its_question(client, language, path):
    model, slug = {
        "ressources": (Resource, "agir"),
        "situations": (Situation, "une-famille-arrive"),
        "themes": (Theme, "mobilite"),
    }[path]
    moving = model.objects.get(slug=slug)
    for step in ("une-etape", "une-autre", "enfin"):
        rename(moving, step)
    for old in (slug, "une-etape", "une-autre"):
        response = client.get(f"/{language}/{path}/{old}/?departement=15&avec=fr")
        assert (response.status_code, response.url) == (301, f"/{language}/{path}/enfin/?departement=15&avec=fr")
    assert client.get(f"/{language}/{path}/enfin/").status_code == 200


@pytest.mark.parametrize("theme", ["mobilite", "une-etape"])
def test_a_list_asked_by_what_a_theme_and_a_topic_were_called_redirects_to_the_same_question(client, theme):
    moving, topic = Theme.objects.get(slug="mobilite"), make_topic()
    left = topic.slug
    rename(moving, "une-etape")
    rename(moving, "mobilites")
    rename(topic, "en-bus")
    response = client.get(f"/ti/ressources/?theme={theme}&theme=langue&sujet={left}&departement=15")
    assert response.status_code == 301
    assert response.url == "/ti/ressources/?theme=mobilites&theme=langue&sujet=en-bus&departement=15"
    assert client.get(response.url).status_code == 200


@pytest.mark.parametrize("query", ["theme=jamais", "theme=%00&sujet=%00", "sujet=supprime"])
def test_a_list_asked_by_what_was_never_a_theme_or_is_no_more_a_topic_says_so(client, query):
    topic = make_topic(slug="supprime")
    topic.delete()
    rename(Theme.objects.get(slug="mobilite"), "mobilites")
    response = client.get(f"/fr/ressources/?{query}")
    assert response.status_code == 200
    assert response.context["form"].errors


def test_browsers_do_not_keep_a_redirect_that_may_turn_round(client, instance, kind):
    old = instance.slug
    rename(instance, "ailleurs")
    assert "no-store" in client.get(f"/fr/{kind}/{old}/").headers["Cache-Control"]
    rename(instance, old)
    assert client.get(f"/fr/{kind}/{old}/").status_code == 200
    assert client.get(f"/fr/{kind}/ailleurs/").url == f"/fr/{kind}/{old}/"
    assert OldAddress.objects.count() == 1


def test_an_address_taken_anew_wins_over_the_old_one_once_it_is_published(client, kind, instance):
    old = instance.slug
    rename(instance, "ailleurs")
    other = MAKERS[kind](slug=old, is_published=False)
    assert client.get(f"/fr/{kind}/{old}/").url == f"/fr/{kind}/ailleurs/"
    other.is_published = True
    other.save()
    assert client.get(f"/fr/{kind}/{old}/").status_code == 200
    rename(other, "encore")
    assert client.get(f"/fr/{kind}/{old}/").url == f"/fr/{kind}/encore/"


def test_the_old_addresses_of_what_is_withdrawn_or_deleted_end_on_a_page_that_says_so(client, kind, instance):
    old = instance.slug
    rename(instance, "ailleurs")
    withdraw(instance)
    assert client.get(f"/fr/{kind}/{old}/", follow=True).status_code == 410
    instance.delete()
    for slug in (old, "ailleurs"):
        assert client.get(f"/fr/{kind}/{slug}/").status_code == 410


def test_an_address_that_comes_back_after_a_delete_answers_again(client, kind, instance):
    slug, pk = instance.slug, instance.pk
    rename(instance, "ailleurs")
    instance.delete()
    MAKERS[kind](pk=pk, slug="ailleurs")
    assert client.get(f"/fr/{kind}/ailleurs/").status_code == 200
    assert client.get(f"/fr/{kind}/{slug}/").url == f"/fr/{kind}/ailleurs/"


def test_an_address_that_is_not_saved_is_not_left(instance):
    instance.slug = "pas-enregistre"
    instance.save(update_fields=["source"])
    assert not OldAddress.objects.exists()


# Undone:


def undo_last(**said):
    list(undo(Act.objects.first().changes.all(), **said))


def test_an_undone_change_of_address_turns_the_redirect_round(client, kind, instance):
    old = instance.slug
    rename(instance, "ailleurs")
    undo_last()
    assert client.get(f"/fr/{kind}/{old}/").status_code == 200
    assert client.get(f"/fr/{kind}/ailleurs/").url == f"/fr/{kind}/{old}/"


@pytest.mark.parametrize("published", [True, False])
def test_an_undone_delete_brings_the_page_back_as_it_was(client, kind, instance, published):
    if not published:
        withdraw(instance)
    address = f"/fr/{kind}/{instance.slug}/"
    with act():
        instance.delete()
    undo_last()
    assertContains(client.get(address), "avant", status_code=200 if published else 410)


def test_an_undone_first_publication_leaves_a_draft(client, kind):
    draft = MAKERS[kind](is_published=False)
    draft.is_published = True
    draft.save()
    undo_last()
    assert client.get(f"/fr/{kind}/{draft.slug}/").status_code == 404


def test_the_old_address_of_what_became_a_draft_again_turns_in_no_circle(client, kind, instance):
    old = instance.slug
    rename(instance, "ailleurs")
    type(instance).objects.filter(pk=instance.pk).update(is_published=False, was_published=False)
    assert client.get(f"/fr/{kind}/{old}/").status_code == 410
    type(instance).objects.filter(pk=instance.pk).update(slug=old)
    assert client.get(f"/fr/{kind}/{old}/").status_code == 410


def test_entries_deleted_with_what_replaces_them_come_back_in_any_order():
    last = make_resource()
    first = make_resource(replaced_by=last)
    other = make_resource(replaced_by=first)
    with act():
        Resource.objects.filter(pk__in=[first.pk, last.pk]).delete()
    undo_last()
    assert Resource.objects.get(pk=other.pk).replaced_by == first
    assert Resource.objects.get(pk=first.pk).replaced_by == last


def test_what_pointed_to_an_entry_by_its_old_address_points_to_it_again():
    entry = make_resource()
    step = make_situation(resources=[entry]).steps.get()
    step.resources.clear()
    cleared = Act.objects.first()
    rename(entry, "ailleurs")
    list(undo(cleared.changes.all()))
    assert [*step.resources.all()] == [entry]


# What ships, edited:


def test_a_renamed_entry_of_the_files_gets_no_copy_and_still_their_corrections(client, folder):  # noqa: F811
    load_content(folder)
    entry = Resource.objects.get(slug="essai-fiche")
    rename(entry, "nouveau-nom")
    rename(Theme.objects.get(slug="essai"), "nouveau-theme")
    edit(folder, 'body = "Un texte."', 'body = "Un autre texte."')
    (folder / "branches/02-essai.csv").write_text(
        "slug,resource,name,departments,email,phone,url,source,dated\nessai-63,essai-fiche,Antenne,63,,,,Liste,2024\n"
    )
    report = load_content(folder)
    assert not report.kept
    assert not Resource.objects.filter(slug="essai-fiche").exists()
    assert not Theme.objects.filter(slug="essai").exists()
    entry.refresh_from_db()
    assert (entry.slug, entry.body_fr, entry.branches.count()) == ("nouveau-nom", "Un autre texte.", 2)
    assert load_content(folder) is None


def test_a_new_row_of_the_files_for_an_entry_that_was_deleted_is_left_out(folder):  # noqa: F811
    load_content(folder)
    Resource.objects.get(slug="essai-fiche").delete()
    edit(folder, "essai-15", "essai-63", "branches/01-essai.csv")
    assert "branch/essai-63 (belongs to what was deleted)" in load_content(folder).kept


def test_an_unpublished_entry_of_the_files_stays_so(folder):  # noqa: F811
    load_content(folder)
    withdraw(Resource.objects.get(slug="essai-fiche"))
    edit(folder, 'body = "Un texte."', 'body = "Un autre texte."')
    load_content(folder)
    entry = Resource.objects.get(slug="essai-fiche")
    assert (entry.body_fr, entry.is_published, entry.withdrawn_on) == ("Un autre texte.", False, timezone.localdate())


# In the admin:


def list_of(kind):
    return reverse(f"admin:directory_{MAKERS[kind]().__class__._meta.model_name}_changelist")


def form_of(instance):
    return reverse(f"admin:directory_{instance._meta.model_name}_change", args=[instance.pk])


def said_by(response):
    """What the admin tells the editor, in one text."""
    return " ".join(map(str, response.context["messages"]))


def choose(client, kind, action, instances):
    data = {"action": action, "_selected_action": [instance.pk for instance in instances]}
    return client.post(list_of(kind), data, follow=True)


@pytest.mark.ignore_template_errors
def test_many_are_unpublished_and_published_from_the_list(editor, kind):
    chosen = [MAKERS[kind]() for _ in range(3)]
    addresses = [f"/fr/{kind}/{instance.slug}/" for instance in chosen]
    assert ": 3." in said_by(choose(editor, kind, "unpublish", chosen))
    assert {editor.get(address).status_code for address in addresses} == {410}
    assert ": 2." in said_by(choose(editor, kind, "publish", chosen[:2]))
    assert [editor.get(address).status_code for address in addresses] == [200, 200, 410]


@pytest.mark.ignore_template_errors
def test_what_lacks_something_is_not_published_from_the_list(editor):
    draft = make_resource(is_published=False, title_fr="Brouillon inachevé", source="")
    assert "Brouillon inachevé" in said_by(choose(editor, "ressources", "publish", [draft]))
    assert not Resource.objects.published().contains(draft)


@pytest.mark.ignore_template_errors
def test_a_reader_of_the_admin_is_not_offered_to_publish(client, django_user_model):
    user = django_user_model.objects.create_user("lea", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_resource"))
    client.force_login(user)
    entry = make_resource()
    choose(client, "ressources", "unpublish", [entry])
    assert Resource.objects.published().contains(entry)


@pytest.mark.ignore_template_errors
def test_a_changed_address_is_told_when_readers_knew_the_old_one(editor):
    entry, draft = make_resource(slug="avant"), make_resource(slug="brouillon", is_published=False)
    response = editor.post(form_of(entry), form_on(editor.get(form_of(entry)), slug="apres"), follow=True)
    assert "avant" in said_by(response)
    assertContains(editor.get("/fr/ressources/avant/", follow=True), entry.title)
    response = editor.post(form_of(draft), form_on(editor.get(form_of(draft)), slug="brouillon-2"), follow=True)
    assert "brouillon" not in said_by(response)
    assert not OldAddress.objects.filter(slug="brouillon").exists()


@pytest.mark.ignore_template_errors
def test_an_entry_replaced_in_a_circle_is_refused_beside_the_field(editor):
    entry = make_resource()
    other = make_resource(replaced_by=make_resource(replaced_by=entry))
    for wrong in (entry, other):
        response = editor.post(form_of(entry), form_on(editor.get(form_of(entry)), replaced_by=wrong.pk))
        assert list(response.context["adminform"].errors) == ["replaced_by"]
    assert (
        editor.post(form_of(entry), form_on(editor.get(form_of(entry)), replaced_by=make_resource().pk)).status_code
        == 302
    )


@pytest.mark.ignore_template_errors
@pytest.mark.parametrize(("published", "seen"), [(True, True), (False, True), (False, False)])
def test_the_form_leads_to_the_page_where_readers_have_one(editor, kind, published, seen):
    instance = MAKERS[kind](is_published=seen)
    if not published:
        withdraw(instance)
    response = editor.get(form_of(instance))
    assert ("viewsitelink" in response.content.decode()) is seen


@pytest.mark.ignore_template_errors
def test_beside_what_replaces_an_entry_nothing_offers_to_delete_it(editor):
    assertNotContains(editor.get(form_of(make_resource(replaced_by=make_resource()))), "delete_id_replaced_by")


def test_the_search_box_of_a_withdrawn_page_starts_empty(client, kind, instance):
    withdraw(instance)
    form = client.get(f"/fr/{kind}/{instance.slug}/?departement=999").context["place_form"]
    assert isinstance(form, PlaceForm)
    assert not form.is_bound
