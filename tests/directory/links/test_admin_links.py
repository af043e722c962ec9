"""What editors see of links, and do with them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from directory.models import Link, Provenance
from directory.models.links import Reason, Verdict
from directory.translations import provenance
from tests.directory.links.checks import DAY, known
from tests.directory.links.servers import OK
from tests.factories import make_branch, make_resource, make_situation

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def test_the_list_says_where_each_link_stands_in_a_fixed_number_of_queries(editor, django_assert_max_num_queries):
    for number in range(10):
        make_resource(title_fr=f"Fiche cassée {number}", url=f"https://casse.fr/{number}")
        known(f"https://casse.fr/{number}", Verdict.BROKEN, reason=Reason.NOT_FOUND, status=404)
    with django_assert_max_num_queries(30):
        page = editor.get(reverse("admin:directory_link_changelist"), {"verdict__exact": "broken"})
    for number in range(10):
        assertContains(page, f"Fiche cassée {number}")
    assertContains(editor.get(reverse("admin:directory_link_changelist"), {"host": "casse.fr"}), "https://casse.fr/3")
    assert editor.get(reverse("admin:directory_link_changelist"), {"host": "a\0b"}).status_code == 200


def act(client, action, *links):
    return client.post(
        reverse("admin:directory_link_changelist"),
        {"action": action, "_selected_action": [link.pk for link in links]},
        follow=True,
    )


def test_a_proposed_address_takes_the_place_of_the_old_one_everywhere(editor):
    old, new = "https://ancien.fr/", "https://nouveau.fr/page"
    first = make_resource(url=old, body_fr=f"[ici]({old})", body_en=f"[here]({old})", body_ru="Тест")
    second = make_branch(first, ["15"], url=old)
    situation = make_situation()
    situation.steps.update(text_fr=f"[a]({old})")
    french = first.body_fr
    provenance.record([provenance.provenance(first, "body", language) for language in ("en", "ru")])
    link = known(old, Verdict.MOVED, proposed_url=new, status=200)
    response = act(editor, "use_proposed_address", link)
    assertContains(response, first.title_fr)
    assertContains(response, f"\u2066{old}\u2069 ")  # with its small letters, although it begins the message
    for instance in (first, second):
        instance.refresh_from_db()
    assert (first.url, first.body_fr, first.body_en) == (new, f"[ici]({new})", f"[here]({new})")
    assert second.url == new
    assert situation.steps.get().text_fr == f"[a]({new})"
    assert {known.state(first.body_fr) for known in Provenance.objects.of([first], "en")} == {"unchecked"}
    assert french != first.body_fr
    assert list(Link.objects.filter(url__in=[old, new]).values_list("url", "verdict")) == [(new, "good")]


def test_a_proposed_address_is_not_used_where_the_editor_may_not_or_it_would_not_fit(editor, client, django_user_model):
    old, new = "https://ancien.fr/", "https://nouveau.fr/" + "x" * 280
    situation = make_situation()
    text = f"[a]({old})" + "e" * 580
    situation.steps.update(text_fr=text[:600])
    link = known(old, Verdict.MOVED, proposed_url=new)
    act(editor, "use_proposed_address", link)
    assert situation.steps.get().text_fr == text[:600]
    assert Link.objects.filter(pk=link.pk).exists()


def test_only_who_may_change_an_object_replaces_its_links(client, django_user_model):
    from django.contrib.auth.models import Permission

    user = django_user_model.objects.create_user("lien", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_link"))
    client.force_login(user)
    resource = make_resource(url="https://ancien.fr/")
    link = known("https://ancien.fr/", Verdict.MOVED, proposed_url="https://nouveau.fr/")
    act(client, "use_proposed_address", link)
    resource.refresh_from_db()
    assert resource.url == "https://ancien.fr/"
    assert client.post(reverse("admin:directory_resource_links", args=[resource.pk])).status_code == 403


def test_an_editor_checks_the_links_of_one_entry(editor, local_web):
    local_web.pages["/bon"] = OK
    resource = make_resource(url=local_web.url("/bon"), body_fr=f"[x]({local_web.url('/absent')})")
    make_branch(resource, ["15"], url=local_web.url("/antenne"))
    form = reverse("admin:directory_resource_change", args=[resource.pk])
    address = reverse("admin:directory_resource_links", args=[resource.pk])
    assertContains(editor.get(form), f'action="{address}"')
    assert editor.get(address).status_code == 405
    page = editor.post(address)
    for path in ("/bon", "/absent", "/antenne"):
        assertContains(page, local_web.url(path))
    assert Link.objects.answering().get().url == local_web.url("/bon")
    assert Link.objects.failing().count() == 2
    assertContains(editor.get(form), "404")
    assert editor.post(reverse("admin:directory_resource_links", args=[10**12])).status_code == 404


def test_an_editor_checks_links_again(editor, local_web):
    local_web.pages["/bon"] = OK
    link = known(local_web.url("/bon"), Verdict.BROKEN, failed_on=DAY.date(), failed_days=3)
    act(editor, "check_again", link)
    assert Link.objects.get().verdict == Verdict.GOOD


def test_the_links_checked_longest_ago_come_first(editor, monkeypatch):
    for number, path in enumerate("bca"):
        known(f"https://fiche.fr/{path}", Verdict.GOOD)
        Link.objects.filter(url__endswith=path).update(checked_at=DAY + timedelta(days=number))
    resource = make_resource(url="https://fiche.fr/a", body_fr="[b](https://fiche.fr/b) [c](https://fiche.fr/c)")
    asked = []
    monkeypatch.setattr("directory.admin.links.check", lambda links, **options: asked.extend(links) or [])
    editor.post(reverse("admin:directory_resource_links", args=[resource.pk]))
    assert [link.url[-1] for link in asked] == ["b", "c", "a"]


def test_nobody_types_into_the_list_of_links(editor):
    link = known("https://fiche.fr/", Verdict.GOOD)
    assert editor.get(reverse("admin:directory_link_add")).status_code == 403
    assert editor.post(reverse("admin:directory_link_delete", args=[link.pk])).status_code == 403
    assertNotContains(editor.get(reverse("admin:directory_link_change", args=[link.pk])), 'name="_save"')
