"""The embedded Postgres is what production's is: version, collation, extensions, and no superuser."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_it_is_postgres_18_with_the_extensions_the_models_use():
    assert ask("SHOW server_version_num") >= "180000"
    assert ask("SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension") == "btree_gist pg_trgm plpgsql"


def test_tests_are_run_by_an_owner_who_is_no_superuser():
    assert ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_trigrams_of_chinese_words_are_found():
    """Under the plain C locale they would be empty, and the search box blind."""
    assert ask("SELECT array_length(show_trgm('維修主管'), 1)") == 5
