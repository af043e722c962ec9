"""Sending a form of the admin, which asks before it is left: the answer comes a moment after the click."""


def submit(page, button="input[name=_continue] >> nth=-1"):
    """Click a button, and wait for the page that answers."""
    with page.expect_navigation():
        page.click(button)
