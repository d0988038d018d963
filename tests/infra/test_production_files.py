"""docker-compose.yml and Dockerfile keep what production stands on. They are read here; building needs Docker."""

import re

import pytest
import yaml

from servicedesk.embedded.postgres import DATABASE, INITDB
from tests.conventions.tree import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DJANGO = ("web", "worker", "beat", "migrate")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_every_part_is_there():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat", "mail"}


def test_postgres_keeps_its_data_and_sorts_as_the_embedded_one_does():
    postgres = SERVICES["postgres"]
    assert postgres["image"] == "postgres:18"
    assert "postgres:/var/lib/postgresql" in postgres["volumes"]
    assert postgres["environment"]["POSTGRES_INITDB_ARGS"].split() == [
        word.replace("en_US.UTF-8", "C.UTF-8") for word in INITDB
    ]


def test_the_broker_keeps_what_it_was_told():
    command = SERVICES["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert "redis:/data" in SERVICES["redis"]["volumes"]


def test_nothing_starts_before_the_schema_is_ready():
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }
    assert SERVICES["migrate"]["restart"] == "no"


def test_what_operators_may_set_reaches_the_service():
    """Every variable of .env.example and of the settings' table stands in compose."""
    told = re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    table = re.findall(
        r"`([A-Z_]+)`", (ROOT / "docs" / "operating.md").read_text().split("| variable |")[1].split("\n\n")[0]
    )
    given = {*SERVICES["web"]["environment"], *SERVICES["postgres"]["environment"], "OWNER_PASSWORD"}
    assert {*told, *table} - given == set()


def test_only_migrate_signs_in_as_the_owner():
    roles = {name: re.match(r"postgres://(\w+):", SERVICES[name]["environment"]["DATABASE_URL"])[1] for name in DJANGO}
    assert roles == {"web": "app", "worker": "app", "beat": "app", "migrate": "servicedesk_owner"}


def test_every_lasting_part_has_a_health_check():
    assert [name for name, part in SERVICES.items() if "healthcheck" not in part] == ["migrate"]


def test_there_is_exactly_one_beat_and_the_worker_has_none():
    assert "-B" not in SERVICES["worker"]["command"]
    assert "beat" in SERVICES["beat"]["command"]
    assert "deploy" not in SERVICES["beat"]


def test_the_mail_catcher_is_for_trying_only():
    assert SERVICES["mail"]["profiles"] == ["try"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL"])
def test_compose_refuses_to_start_without(name):
    for service in DJANGO:
        assert SERVICES[service]["environment"][name].startswith(f"${{{name}:?")


def test_no_secret_is_written_down():
    compose, example = (ROOT / "docker-compose.yml").read_text(), (ROOT / ".env.example").read_text()
    assert re.findall(r"(?:SECRET_KEY|PASSWORD): (?!\$\{)\S+", compose) == []
    assert re.findall(r"^(?:SECRET_KEY|\w+_PASSWORD)=\S+", example, re.MULTILINE) == []


def test_every_variable_without_a_default_is_in_the_example():
    wanted = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert wanted - offered == set()


def test_the_image_is_locked_and_runs_as_nobody_in_particular():
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert re.search(r"^USER servicedesk$", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.index("USER servicedesk") < DOCKERFILE.index("CMD [")
    assert "collectstatic" in DOCKERFILE
    assert all(library in DOCKERFILE for library in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"))


def test_containers_may_do_little():
    for name in DJANGO:
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_the_manual_backs_up_the_database_that_compose_makes():
    """Proof F3 runs the same programs between two clusters."""
    manual = (ROOT / "docs" / "operating.md").read_text()
    assert f"pg_dump -U postgres -Fc {DATABASE}" in manual
    assert f"pg_restore -U postgres -d {DATABASE} --clean --if-exists --exit-on-error" in manual
    assert f"CREATE DATABASE {DATABASE} OWNER" in (ROOT / "deploy" / "roles.sh").read_text()
