"""Visits of these tests start with the reception's own builder."""

import pytest

from tests.fixtures.reception import authorised


@pytest.fixture
def authorised_visit(reference, centre, advisor):
    return authorised(centre, advisor)
