"""Forms sent after the login, or the token of their page, expired: nothing typed is lost, and nothing is let in."""

from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from directory.models import Branch, Resource
from tests.factories import make_branch, make_resource, make_topic
from tests.forms import form_on
from tests.tables import ENGLISH, address

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PASSWORD = "un mot de passe long"
NAMES = {"_login-username": ["edith"], "_login-password": [PASSWORD]}
OWN = {"Origin": "http://testserver"}


@pytest.fixture(autouse=True)
def edith(django_user_model):
    return django_user_model.objects.create_superuser("edith", password=PASSWORD)


@pytest.fixture
def client():
    return Client(headers=ENGLISH)


@pytest.fixture
def strict(edith):
    """A client whose tokens are checked as those of a browser are."""
    client = Client(enforce_csrf_checks=True, headers=ENGLISH)
    client.force_login(edith)
    return client


@pytest.fixture
def resource():
    return make_resource(departments=["15", "48"], topics=[make_topic(), make_topic()])


def change(resource):
    return address(Resource, "change", resource.pk)


def opened(client, edith, url, **changes):
    """What was typed in a form whose editor was then logged out."""
    client.force_login(edith)
    data = form_on(client.get(url), **changes)
    client.logout()
    return data


def form_token(response):
    return str(response.context["csrf_token"])


def kept(response):
    """What a page sends again, with its token and without its login form."""
    return {name: values for name, values in form_on(response).items() if name not in NAMES}


def test_what_was_typed_in_an_entry_is_kept_until_its_editor_has_logged_in(client, edith, resource):
    body = "Un café.\r\n\r\n« Ouvert » le <lundi> & le 'mardi'."
    data = opened(client, edith, change(resource), body_fr=[body], departments=["15", "43", "12"])
    asked = client.post(change(resource), data)
    assertContains(asked, "login has expired", status_code=403)
    assertNotContains(asked, "Files are not kept", status_code=403)
    assert "no-store" in asked["Cache-Control"]
    assert kept(asked) == data | {"csrfmiddlewaretoken": [form_token(asked)]}
    wrong = client.post(change(resource), form_on(asked) | NAMES | {"_login-password": ["autre"]})
    assertContains(wrong, wrong.context["form"].non_field_errors()[0], status_code=403)
    assertNotContains(wrong, "autre", status_code=403)
    assert kept(wrong) == data | {"csrfmiddlewaretoken": [form_token(wrong)]}
    assert client.post(change(resource), form_on(wrong) | NAMES).status_code == 302
    resource.refresh_from_db()
    assert resource.body_fr == body.replace("\r\n", "\n")
    assert set(resource.departments.values_list("pk", flat=True)) == {"15", "43", "12"}
    assert resource.topics.count() == 2
    assert client.get(change(resource)).status_code == 200


def test_rows_below_a_form_are_kept(client, edith):
    branch = make_branch(make_resource(), ["15"])
    url = change(branch.resource)
    client.force_login(edith)
    data = form_on(client.get(url))
    row = next(name.removesuffix("-id") for name, values in data.items() if values == [str(branch.pk)])
    client.logout()
    asked = client.post(url, data | {f"{row}-name": ["Ailleurs"], f"{row}-departments": ["15", "43"]})
    assert client.post(url, form_on(asked) | NAMES).status_code == 302
    branch = Branch.objects.get(pk=branch.pk)
    assert branch.name == "Ailleurs"
    assert branch.departments.count() == 2


def test_what_someone_else_changed_meanwhile_is_merged(client, edith, resource):
    data = opened(client, edith, change(resource), phone=["04 71 00 00 00"])
    asked = client.post(change(resource), data)
    Resource.objects.filter(pk=resource.pk).update(title_fr="Autre titre")
    merged = client.post(change(resource), form_on(asked) | NAMES)
    assert [item.label for item in merged.context["merge"].differences] == ["Title [fr]"]
    assert form_on(merged)["phone"] == ["04 71 00 00 00"]
    assert client.post(change(resource), form_on(merged)).status_code == 302
    resource.refresh_from_db()
    assert (resource.title_fr, resource.phone) == ("Autre titre", "04 71 00 00 00")


def test_a_login_gives_no_right(client, edith, resource, django_user_model):
    data = opened(client, edith, change(resource), phone=["04 71 00 00 00"])
    user = django_user_model.objects.create_user("louis", password=PASSWORD, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_resource"))
    as_louis = data | NAMES | {"_login-username": ["louis"]}
    assert client.post(change(resource), as_louis).status_code == 403
    assert client.session["_auth_user_id"] == str(user.pk)
    client.logout()
    user.is_staff = False
    user.save()
    assertContains(client.post(change(resource), as_louis), "login has expired", status_code=403)
    assert "_auth_user_id" not in client.session
    resource.refresh_from_db()
    assert resource.phone == ""


def test_an_action_on_a_list_is_done(client, resource):
    url = address(Resource, "changelist")
    asked = client.post(url, {"action": "delete_selected", "_selected_action": [resource.pk], "post": "yes"})
    assert client.post(url, form_on(asked) | NAMES).status_code == 302
    assert not Resource.objects.filter(pk=resource.pk).exists()


def test_the_password_never_reaches_the_view(client, resource, monkeypatch, caplog):
    posted = []

    def view(self, request, *args, **kwargs):
        posted.append(request.POST.dict())
        return HttpResponse()

    monkeypatch.setattr("directory.admin.merging.WithMerging.changeform_view", view)
    client.post(change(resource), {"phone": "1", "csrfmiddlewaretoken": "x"} | NAMES)
    assert posted == [{"phone": "1"}]
    assert PASSWORD not in caplog.text


def test_a_file_cannot_be_kept_and_the_page_says_so(client):
    url = address(Resource, "import")
    asked = client.post(url, {"file": SimpleUploadedFile("fiches.csv", b"slug\n")})
    assertContains(asked, "Files are not kept", status_code=403)
    assertContains(client.post(url, form_on(asked) | NAMES), "errorlist")


@pytest.mark.parametrize("name", ["password_change", "auth_user_add"])
def test_a_new_password_is_not_written_into_a_page(client, name):
    url = reverse(f"admin:{name}")
    sent = client.post(url, {"username": "neuf", "password1": PASSWORD, "new_password1": PASSWORD})
    assert sent.url == f"/admin/login/?next={url}"


def test_nobody_logs_in_to_log_out(client):
    assert client.post("/admin/logout/").url == "/admin/"


def stale(client, url, **headers):
    """The answer to a form that was opened before its editor logged in anew, in another tab."""
    data = form_on(client.get(url), phone=["04 71 00 00 00"], departments=["15", "43"])
    client.post("/admin/logout/", {"csrfmiddlewaretoken": data["csrfmiddlewaretoken"]})
    token = form_token(client.get("/admin/login/"))
    client.post("/admin/login/", {"username": "edith", "password": PASSWORD, "csrfmiddlewaretoken": token})
    return client.post(url, data, headers=headers)


def test_a_form_opened_before_another_login_can_be_sent_again(strict, resource):
    again = stale(strict, change(resource), **OWN)
    assertContains(again, "You logged in anew", status_code=403)
    assert "no-store" in again["Cache-Control"]
    resource.refresh_from_db()
    assert resource.phone == ""
    assert strict.post(change(resource), form_on(again), headers=OWN).status_code == 302
    resource.refresh_from_db()
    assert resource.phone == "04 71 00 00 00"
    assert set(resource.departments.values_list("pk", flat=True)) == {"15", "43"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        *(
            {"Origin": origin}
            for origin in ("https://evil.example", "null", "https://testserver", "http://testserver:81")
        ),
    ],
)
def test_what_another_site_may_have_sent_is_never_sent_again(strict, resource, headers):
    refused = stale(strict, change(resource), **headers)
    assertContains(refused, f'<a href="{change(resource)}">', status_code=403)
    assertNotContains(refused, "04 71 00 00 00", status_code=403)
    assertNotContains(refused, "<form", status_code=403)


def test_a_trusted_origin_is_not_this_site(strict, resource, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://other.example"]
    assertNotContains(stale(strict, change(resource), Origin="https://other.example"), "<form", status_code=403)


def test_without_any_cookie_what_was_typed_is_kept_all_the_same(strict, edith, resource):
    data = form_on(strict.get(change(resource)), phone=["04 71 00 00 00"])
    strict.cookies.clear()
    asked = strict.post(change(resource), data | NAMES, headers=OWN)
    assertContains(asked, "login has expired", status_code=403)  # a token that is not valid logs nobody in
    before = strict.cookies["csrftoken"].value
    assert strict.post(change(resource), form_on(asked) | NAMES, headers=OWN).status_code == 302
    assert strict.cookies["csrftoken"].value != before  # as after any login
    resource.refresh_from_db()
    assert resource.phone == "04 71 00 00 00"
    assert strict.post(change(resource), form_on(strict.get(change(resource))), headers=OWN).status_code == 302


def test_a_foreign_form_is_refused_before_anyone_is_asked_to_log_in(resource):
    client = Client(enforce_csrf_checks=True)
    refused = client.post(change(resource), {"phone": "1"} | NAMES, headers={"Origin": "https://evil.example"})
    assertNotContains(refused, "<form", status_code=403)
    assert "sessionid" not in client.cookies


def test_what_was_typed_while_the_database_is_busy_is_kept_and_sent_again(client, edith, resource, monkeypatch):
    client.force_login(edith)
    data = form_on(client.get(change(resource)), phone=["04 71 00 00 00"])
    with monkeypatch.context() as patch:
        patch.setattr(Resource, "save", mock.Mock(side_effect=OperationalError("database is locked")))
        busy = client.post(change(resource), data)
    assertContains(busy, "Someone else is saving a great deal", status_code=503)
    assert kept(busy) == data | {"csrfmiddlewaretoken": [form_token(busy)]}
    assert client.post(change(resource), form_on(busy)).status_code == 302
    resource.refresh_from_db()
    assert resource.phone == "04 71 00 00 00"


def test_what_was_typed_is_kept_when_the_login_expired_and_the_database_is_busy(client, edith, resource, monkeypatch):
    data = opened(client, edith, change(resource), phone=["04 71 00 00 00"])
    with monkeypatch.context() as patch:
        patch.setattr(type(edith), "save", mock.Mock(side_effect=OperationalError("database is locked")))
        busy = client.post(change(resource), data | NAMES)
    assertContains(busy, "04 71 00 00 00", status_code=503)
    assertNotContains(busy, PASSWORD, status_code=503)


def test_a_form_is_opened_without_waiting_for_who_writes(client, edith, resource):
    client.force_login(edith)
    with CaptureQueriesContext(connection) as queries:
        client.get(change(resource))
    assert not [query["sql"] for query in queries if query["sql"].startswith(("BEGIN", "SAVEPOINT"))]


@pytest.mark.parametrize("url", ["/admin/login/", "/fr/"])
def test_a_form_that_is_not_kept_is_refused_with_a_sentence(url, language):
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": language})
    refused = client.post(url.replace("fr", language), {"username": "a", "password": PASSWORD}, headers=OWN)
    assertContains(refused, f'lang="{language}"', status_code=403)
    assertNotContains(refused, PASSWORD, status_code=403)
    assertNotContains(refused, "CSRF", status_code=403)
    assert not refused.cookies
