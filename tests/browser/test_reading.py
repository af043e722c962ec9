"""The site as its readers use it, in a real browser, without JavaScript."""

import pytest

from tests.browser.navigation import follow

pytestmark = pytest.mark.xdist_group("browser")
PATHS = [
    "",
    "themes/",
    "themes/mobilite/?departement=15",
    "situations/",
    "situations/une-famille-arrive/?departement=15",
    "ressources/?departement=83&theme=numerique",
    "ressources/agir/",
    "ressources/retiree/",
    "territoires/",
    "territoires/63/",
    "territoires/region/84/",
    "territoires/commune/03118/",
    "proposer/?departement=15&theme=sante",
    "signaler/agir/",
    "signalements/",
    "contacts/",
    "glossaire/",
    "a-propos/",
]


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("language", ["fr", "ar", "ti", "ru"])
def test_no_page_is_wider_than_the_screen(browser, site, language, width):
    context = browser.new_context(viewport={"width": width, "height": 740}, base_url=site)
    page = context.new_page()
    for path in PATHS:
        page.goto(f"/{language}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_an_official_goes_from_the_home_page_to_who_to_call(page):
    page.goto("/")
    page.goto("/fr/")
    page.fill("input[name=q]", "permis")
    page.fill("input[name=lieu]", "aurillac")
    follow(page, "main button")
    assert "q=permis" in page.url
    assert "commune=15014" in page.url
    page.goto("/fr/territoires/")
    page.fill("input[name=lieu]", "cantal")
    follow(page, "main button")
    assert page.url.endswith("/fr/territoires/15/")
    assert page.get_by_text("Préfecture du Cantal").count() >= 1


def test_a_shared_name_is_settled_in_one_click(page):
    page.goto("/fr/ressources/?lieu=saint-denis")
    follow(page, "a[href*='commune=97411']")
    assert "commune=97411" in page.url
    assert page.locator(".card").count() > 0


def test_the_language_menu_keeps_the_page(page):
    page.goto("/fr/ressources/?departement=15&q=permis")
    page.click(".languages summary")
    follow(page, ".languages a[lang=ar]")
    assert page.url.endswith("/ar/ressources/?departement=15&q=permis")
    assert page.get_attribute("html", "dir") == "rtl"


def test_filters_work_and_are_taken_back_one_by_one(page):
    page.goto("/fr/ressources/")
    page.click(".more > summary")
    page.check("input[name=theme][value=sante]")
    page.check("input[name=type][value=document]")
    follow(page, ".filters button")
    assert page.locator(".chips .chip").count() == 2
    follow(page, ".chips .chip >> nth=1")
    assert page.url.endswith("?theme=sante")


@pytest.mark.parametrize(("language", "fonts"), [("fr", 0), ("uk", 0), ("ti", 1), ("ar", 1), ("ps", 1)])
def test_a_font_is_fetched_only_for_the_scripts_that_need_one(browser, site, language, fonts):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    fetched = []
    page.on("request", lambda request: fetched.append(request))
    page.goto(f"/{language}/", wait_until="networkidle")
    assert all(request.url.startswith(site) for request in fetched)
    # A device that has the font already fetches nothing.
    assert len([request for request in fetched if request.resource_type == "font"]) <= fonts
    scripts = [request.url for request in fetched if request.resource_type == "script"]
    assert len(scripts) == 1
    assert "/places." in scripts[0]
    assert context.cookies() == []
    context.close()


def test_a_glossary_term_opens_its_meaning_by_touch_or_keyboard_and_is_a_link_without_script(page, scripted_page):
    address = "/ar/ressources/agir/"
    scripted_page.goto(address)
    term = scripted_page.locator("a.term").first
    tip = scripted_page.locator(f"#{term.get_attribute('data-tip')}")
    assert not tip.is_visible()
    term.click()
    assert tip.is_visible()
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    scripted_page.keyboard.press("Escape")
    assert not tip.is_visible()
    term.focus()
    scripted_page.keyboard.press("Enter")
    assert tip.is_visible()
    assert scripted_page.url.endswith(address)
    page.goto(address)
    follow(page, "a.term >> nth=0")
    assert "/ar/glossaire/#" in page.url


@pytest.mark.parametrize("language", ["ar", "ti"])
def test_the_bilingual_sheet_prints_in_two_columns_on_a4(browser, site, language):
    context = browser.new_context(base_url=site, viewport={"width": 794, "height": 1123})
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(f"/{language}/ressources/agir/?avec=fr")
    here, french = page.locator(".text .pair").first.locator("> div").all()
    assert abs(here.bounding_box()["y"] - french.bounding_box()["y"]) < 3
    assert not page.locator("header nav").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()


def test_the_place_box_completes_what_is_typed(scripted_page):
    scripted_page.goto("/fr/territoires/")
    scripted_page.fill("input[name=lieu]", "saint-den")
    offered = scripted_page.locator("#places option[value^='Saint-Denis (9']")
    offered.first.wait_for(state="attached")
    assert offered.evaluate_all("options => options.map(option => option.value)") == [
        "Saint-Denis (93)",
        "Saint-Denis (974)",
    ]
    scripted_page.fill("input[name=lieu]", "Saint-Denis (974)")
    follow(scripted_page, "main button")
    assert scripted_page.url.endswith("/fr/territoires/commune/97411/")


def test_the_place_box_stays_a_plain_form_when_completion_fails(scripted_page):
    scripted_page.route("**/lieux.json*", lambda route: route.abort())
    errors = []
    scripted_page.on("pageerror", lambda error: errors.append(error))
    scripted_page.goto("/fr/territoires/")
    scripted_page.fill("input[name=lieu]", "gannat")
    scripted_page.wait_for_timeout(300)
    follow(scripted_page, "main button")
    assert scripted_page.url.endswith("/fr/territoires/commune/03118/")
    assert errors == []
