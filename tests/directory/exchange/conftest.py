"""The formats of tables, one after the other."""

import pytest

from directory.exchange.files import FORMATS


@pytest.fixture(params=FORMATS)
def format(request):
    return request.param
