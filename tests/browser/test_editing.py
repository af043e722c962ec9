"""The admin in a real browser: nothing is fetched elsewhere, and the languages have their tabs."""

import pytest

from tests.browser.navigation import follow, log_in, save_and_continue

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def open_editor(browser, site, account):
    """Opens a browser of its own, logged in; the options are those of its context."""
    contexts = []

    def open_one(**options):
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site, **options))
        page = contexts[-1].new_page()
        log_in(page, account)
        return page

    yield open_one
    for context in contexts:
        context.close()


def test_an_entry_form_shows_french_and_one_language_at_a_time_and_calls_nobody(editor_page, site):
    fetched, errors = [], []
    editor_page.on("request", lambda request: fetched.append(request.url))
    editor_page.on("pageerror", lambda error: errors.append(str(error)))
    editor_page.goto("/admin/directory/resource/")
    follow(editor_page, "#result_list tbody tr:first-child th a")
    editor_page.wait_for_selector(".language-tabs")
    assert editor_page.locator("#id_title_fr").is_visible()
    assert not editor_page.locator("#id_title_ar").is_visible()
    editor_page.click(".language-tabs button[lang=ar]")
    assert editor_page.locator("#id_title_ar").is_visible()
    assert editor_page.locator("#id_title_ar").get_attribute("dir") == "rtl"
    assert not editor_page.locator("#id_title_ru").is_visible()
    editor_page.fill("#id_title_fr", "")
    editor_page.click(".language-tabs button[lang=ru]")
    editor_page.evaluate("document.querySelector('#id_title_fr').required = false")
    follow(editor_page, "input[name=_save] >> nth=0")
    editor_page.wait_for_selector(".field-title_fr .errorlist")
    assert errors == []
    assert all(url.startswith(site) for url in fetched)


def open_entry(page):
    page.goto("/admin/directory/resource/")
    follow(page, "#result_list tbody tr:first-child th a")


def test_two_browsers_edit_one_entry_and_nothing_is_lost(open_editor):
    first, second = open_editor(), open_editor(java_script_enabled=False)
    open_entry(first)
    open_entry(second)
    first.fill("#id_phone", "04 71 00 00 00")
    first.fill("#id_summary_fr", "Une phrase de la première.")
    second.fill("#id_organisation", "La seconde")
    second.fill("#id_summary_fr", "Une phrase de la seconde.")
    save_and_continue(first)
    save_and_continue(second)
    assert second.input_value("#id_phone") == "04 71 00 00 00"
    assert second.input_value("#id_organisation") == "La seconde"
    assert second.input_value("#id_summary_fr") == "Une phrase de la seconde."
    assert second.locator(".merge mark").all_inner_texts() == ["première.", "seconde."]
    second.check(".merge input[value=theirs]")
    save_and_continue(second)
    first.reload()
    assert first.input_value("#id_phone") == "04 71 00 00 00"
    assert first.input_value("#id_organisation") == "La seconde"
    assert first.input_value("#id_summary_fr") == "Une phrase de la première."


def test_of_two_saves_at_the_same_time_one_is_refused(open_editor):
    """Many times: the server has two processes, which answer both at once."""
    page = open_editor()
    open_entry(page)
    statuses = page.evaluate(
        """async () => {
          const form = document.querySelector("#resource_form"), found = [];
          for (let round = 0; round < 8; round++) {
            const text = await (await fetch(location.href)).text();
            const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#resource_form");
            const save = async (name) => {
              const data = new URLSearchParams(new FormData(fresh));
              data.set(name, `${round}`);
              return (await fetch(location.href, {method: "POST", body: data, redirect: "manual"})).type;
            };
            found.push((await Promise.all([save("phone"), save("organisation")])).sort().join(" "));
          }
          return found;
        }"""
    )
    assert statuses == ["basic opaqueredirect"] * 8


def test_a_preview_opens_in_a_tab_of_its_own_and_saves_nothing(open_editor):
    page = open_editor()
    open_entry(page)
    page.fill("#id_title_fr", "Zorglub")
    page.select_option("#id_preview_language", "fr")
    with page.context.expect_page() as opened:
        page.click("button[name=_preview]")
    assert opened.value.inner_text("h1") == "Zorglub"
    assert page.input_value("#id_title_fr") == "Zorglub"
    page.reload()
    assert page.input_value("#id_title_fr") != "Zorglub"


def test_coming_back_to_a_form_lays_nothing_old_over_what_another_saved_since(open_editor):
    first, second = open_editor(), open_editor()
    open_entry(first)
    first.fill("#id_summary_fr", "Une phrase de la première.")
    save_and_continue(first)
    open_entry(second)
    second.fill("#id_summary_fr", "Une autre, de la seconde.")
    save_and_continue(second)
    first.go_back()
    assert first.input_value("#id_summary_fr") == "Une autre, de la seconde."
    first.fill("#id_phone", "04 71 11 11 11")
    save_and_continue(first)
    second.reload()
    assert second.input_value("#id_summary_fr") == "Une autre, de la seconde."


def test_a_row_ticked_to_be_deleted_is_not_ticked_again_on_coming_back(open_editor):
    page = open_editor()
    page.goto("/admin/directory/situation/?q=une-famille-arrive")
    follow(page, "#result_list tbody tr:first-child th a")
    page.check("#id_steps-0-DELETE", force=True)
    page.goto("/admin/")
    page.go_back()
    assert not page.is_checked("#id_steps-0-DELETE")


@pytest.mark.parametrize("is_typed", [True, False])
def test_a_form_in_which_something_was_typed_is_not_left_without_a_question(open_editor, is_typed):
    page = open_editor()
    open_entry(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.click("#id_phone")
    if is_typed:
        page.type("#id_phone", "1")
    page.click("#site-name a")
    page.wait_for_url("/admin/")
    assert asked == ["beforeunload"] * is_typed


def late(page, account):
    """Save a form whose login expired, and log in on the page that answers."""
    save_and_continue(page)
    assert page.locator(".errornote").count() == 1
    page.fill("[name=_login-username]", account[0])
    page.fill("[name=_login-password]", account[1])
    follow(page, "#late_form input[type=submit]")


@pytest.mark.parametrize("cookies", [{"name": "sessionid"}, {}])
def test_what_is_typed_while_a_login_expires_is_saved_after_the_next(open_editor, account, cookies):
    page = open_editor()
    open_entry(page)
    text = f"Une phrase\n« d’un <autre> » temps, {len(cookies)}."
    page.fill("#id_body_fr", text)
    page.context.clear_cookies(**cookies)
    late(page, account)
    page.wait_for_selector(".messagelist .success")
    assert page.input_value("#id_body_fr") == text
    page.reload()
    assert page.input_value("#id_body_fr") == text


def test_what_is_typed_while_another_tab_logs_in_anew_is_sent_again(open_editor, account):
    page = open_editor(java_script_enabled=False)
    open_entry(page)
    page.fill("#id_organisation", "Celle d’avant")
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    log_in(other, account)
    save_and_continue(page)
    follow(page, "#late_form input[type=submit]")
    page.wait_for_selector(".messagelist .success")
    assert page.input_value("#id_organisation") == "Celle d’avant"


# While a page loads: how many signs of progress are seen at once.
WATCH = """
window.counts = [];
new MutationObserver(() => {
    const seen = [...document.querySelectorAll("progress")].filter((item) => item.checkVisibility());
    if (seen.length) counts.push(seen.length);
}).observe(document, { childList: true, subtree: true });
"""


def test_an_import_shows_how_far_it_is_and_only_that(editor_page):
    rows = "slug,language,said,means\n" + "".join(f"fr-essai-{n},fr,essai {n},x\n" for n in range(2000))
    file = {"name": "synonymes.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    editor_page.goto("/admin/directory/synonym/import/")
    editor_page.set_input_files("[type=file]", files=[file])
    editor_page.add_init_script(WATCH)
    editor_page.click("input[type=submit].default")
    editor_page.wait_for_selector("[name=cancel]")
    assert set(editor_page.evaluate("counts")) == {1}
    assert editor_page.locator("progress:visible").count() == 0
    follow(editor_page, "[name=cancel]")
