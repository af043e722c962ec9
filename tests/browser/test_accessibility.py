"""axe-core on the rendered pages, at 360 px, against WCAG 2.2 AA and its RGAA tests."""

import pytest
from django.conf import settings

from tests.browser.conftest import skip_or_fail
from tests.browser.test_reading import PATHS

pytestmark = pytest.mark.xdist_group("browser")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]


@pytest.fixture(scope="session")
def axe():
    script = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"
    if not script.exists():
        skip_or_fail("axe-core is not installed (npm ci)")
    return script.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["fr", "ar", "ti"])
@pytest.mark.parametrize("path", [*PATHS, "ressources/?departement=999", "nulle-part/"])
def test_axe_finds_nothing(scripted_page, axe, language, path):
    scripted_page.goto(f"/{language}/{path}")
    scripted_page.evaluate(axe)
    result = scripted_page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(rule["id"], [node["target"] for node in rule["nodes"]][:5]) for rule in result["violations"]] == []
