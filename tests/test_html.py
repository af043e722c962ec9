"""The Nu HTML checker on every kind of page in every language: no error, and the language that the page declares."""

import json
import os
import shutil
import subprocess

import pytest
from django.conf import settings

from tests.browser.conftest import skip_or_fail
from tests.factories import make_report, make_withdrawn_pages

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser")]
PATHS = [
    "",
    "themes/",
    "themes/mobilite/?departement=15",
    "themes/sante-mentale/",
    "situations/",
    "situations/une-famille-arrive/?departement=15",
    "situations/quelqu-un-va-mal/?departement=79&avec=fr",
    "ressources/?departement=83&theme=numerique",
    "ressources/?lieu=saint-denis",
    "ressources/?departement=999",
    "ressources/agir/",
    "ressources/retiree/?departement=15&avec=fr",
    "situations/retiree/",
    "territoires/",
    "territoires/63/",
    "territoires/region/84/",
    "territoires/commune/03118/",
    "proposer/?departement=999&theme=rien",
    "signaler/agir/?avec=fr",
    "signalements/",
    "signalements/ABCD-EFGH/",
    "contacts/",
    "glossaire/",
    "a-propos/",
    "accessibilite/",
    "mentions-legales/",
    "nulle-part/",
]
FORMS = ["signaler/agir/", "proposer/"]


@pytest.fixture(scope="session")
def nu():
    """The command that checks HTML files and answers in JSON."""
    jar = settings.BASE_DIR / "node_modules/vnu-jar/build/dist/vnu.jar"
    if not jar.exists():
        skip_or_fail("the Nu HTML checker is not installed (npm ci)")
    if not shutil.which("java"):
        skip_or_fail("java is not installed")
    return ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always"]


def test_the_nu_checker_finds_no_error(client, language, nu, tmp_path):
    make_withdrawn_pages()
    message = make_report(answer="Une réponse.", state="fait")
    pages = {path: client.get(f"/{language}/{path}") for path in [*PATHS, f"signalements/{message.reference}/"]}
    pages |= {f"{path}, wrong": client.post(f"/{language}/{path}", {"email": "x"}) for path in FORMS}
    for number, page in enumerate(pages.values()):
        (tmp_path / f"{number:02}.html").write_bytes(page.content)
    checked = subprocess.run([*nu, str(tmp_path)], capture_output=True, text=True, check=True, env=os.environ)
    messages = json.loads(checked.stderr)["messages"]
    assert [
        (list(pages)[int(message["url"][-7:-5])], message["message"], message.get("extract"))
        for message in messages
        if message["type"] == "error"
        or "appears to be written in" in message["message"]
        or "dir=" in message["message"]
    ] == []


def test_the_nu_checker_finds_no_error_in_the_stylesheet(nu):
    checked = subprocess.run(
        [*nu, "--css", str(settings.BASE_DIR / "static/style.css")], capture_output=True, text=True, check=True
    )
    errors = [message for message in json.loads(checked.stderr)["messages"] if message["type"] == "error"]
    assert [(message.get("lastLine"), message["message"]) for message in errors] == []
