"""Going from page to page: what a click leads to is there a moment after the click."""


def follow(page, selector):
    """Click a link or a button, and wait for the whole page that answers."""
    with page.expect_navigation():
        page.click(selector)


def save_and_continue(page):
    """Save a form of the admin, and wait for its fresh copy."""
    follow(page, "input[name=_continue] >> nth=-1")


def log_in(page, account):
    """Open the admin as the holder of an account: name, password."""
    page.goto("/admin/")
    page.fill("#id_username", account[0])
    page.fill("#id_password", account[1])
    follow(page, "input[type=submit]")
