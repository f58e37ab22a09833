"""How the assets process learns what is served, and that requests never ask the database."""

import json
import time

import psycopg
import pytest
from django.db import connection as django_connection
from django.db import connections

from core import limits
from miniapps.serving.app import Assets
from miniapps.serving.routes import ALL, NEWER, RouteTable, connect
from tests.serving.conftest import DOMAIN, HOST, PAGE, Site, call

RECORD = {"app": "app_1", "status": "live", "versions": {}, "default": ""}


class FakeConnection:
    """A database that counts what it is asked and can go away."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[dict, int]] = {}
        self.asked: list[str] = []
        self.is_away = False
        self.revision = 0

    def write(self, label: str, **record) -> None:
        self.revision += 1
        self.rows[label] = ({**RECORD, **record}, self.revision)

    def execute(self, query, params=None, /):
        if self.is_away:
            raise psycopg.OperationalError("server closed the connection")
        self.asked.append(query)
        after = params[0] if params else -1
        rows = [(label, *row) for label, row in self.rows.items() if row[1] > after]
        return sorted(rows, key=lambda row: row[2])

    def close(self) -> None:
        pass


@pytest.fixture
def database():
    return FakeConnection()


@pytest.fixture
def table(database, monkeypatch):
    monkeypatch.setattr(limits, "ROUTE_POLL_S", 0.02)

    def opened():
        if database.is_away:
            raise psycopg.OperationalError("no server")
        return database

    table = RouteTable(opened)
    yield table
    table.stop()


def within(seconds: float, true) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.01)
    return False


def test_first_everything_is_read_then_only_what_is_newer(database, table):
    database.write("cafe")
    table.look(database)
    database.write("quiz")
    table.look(database)
    table.look(database)

    assert set(table.routes) == {"cafe", "quiz"}
    assert database.asked == [ALL, NEWER, NEWER]


def test_a_deleted_route_is_gone_after_the_next_reading_of_everything(database, table, monkeypatch):
    database.write("cafe")
    table.look(database)
    del database.rows["cafe"]
    table.look(database)
    assert "cafe" in table.routes

    monkeypatch.setattr(limits, "ROUTE_RELOAD_S", 0)
    table.look(database)
    assert table.routes == {}


def test_what_did_not_change_stays_the_same_object(database, table, monkeypatch):
    monkeypatch.setattr(limits, "ROUTE_RELOAD_S", 0)
    database.write("cafe")
    database.write("quiz")
    table.look(database)
    before = dict(table.routes)
    database.write("quiz", status="suspended")
    table.look(database)

    assert table.routes["cafe"] is before["cafe"]
    assert table.routes["quiz"] is not before["quiz"]


def test_the_database_may_go_away_and_come_back(database, table, capsys):
    database.write("cafe")
    table.start()
    assert table.wait_loaded(5)
    database.is_away = True
    time.sleep(0.2)
    assert table.routes["cafe"].is_served

    database.write("cafe", status="suspended")
    database.is_away = False

    assert within(5, lambda: not table.routes["cafe"].is_served)
    told = capsys.readouterr().err
    assert told.count("the database is away") == 1
    assert told.count("the database is back") == 1


def test_one_bad_row_takes_no_other_app_down(database, table):
    database.write("bad", versions="?")
    database.write("good")
    table.look(database)

    assert table.routes["good"].is_served
    assert not table.routes["bad"].is_served


def test_before_the_first_reading_the_answer_is_to_wait(site):
    site.assets.routes.is_loaded = False

    answer = site.ask("/")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


def test_requests_ask_the_database_nothing(site, database, table):
    version = site.publish({"index.html": PAGE.format(1), "a.js": "1"})
    database.write("cafe", versions={version: site.versions[version]}, default=version)
    table.look(database)
    site.assets.routes.routes = table.routes
    asked = len(database.asked)

    for _ in range(50):
        assert site.ask(f"/~v/{version}/a.js").status == 200
        assert site.ask("/", sec_fetch_mode="navigate").status == 200
        assert site.ask("/", host=f"none.{DOMAIN}").status == 404

    assert len(database.asked) == asked


# --- against PostgreSQL ----------------------------------------------------------------------


def database_url() -> str:
    settings = django_connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
    )


@pytest.fixture
def app_row(db):
    """An app that other connections can see: written by one of its own, and deleted afterwards.

    The test's own connection never commits, and emptying all tables is refused by the audit log.
    """
    from identity.models import Maker, Person
    from miniapps.models import App

    connections["second"] = django_connection.copy("second")
    person = Person.objects.db_manager("second").create_user(phone="+989350000160")
    maker = Maker.objects.using("second").create(
        name="کافه لمیز", kind=Maker.Kind.PERSON, founder=person
    )
    names = {"label": "cafe", "slug": "cafe", "name_fa": "ک", "name_en": "C"}
    app = App.objects.using("second").create(maker=maker, number=160, secret_sealed=b"", **names)
    yield app
    for row in (app, maker, person):
        row.delete(using="second")
    connections["second"].close()
    del connections["second"]


def test_a_suspension_takes_effect_within_five_seconds(site: Site, app_row):
    from miniapps.models import Route

    version = site.publish({"index.html": PAGE.format(1), "a.js": "1"})
    record = {
        **RECORD,
        "versions": {version: site.versions[version]},
        "default": version,
    }
    route = Route.objects.using("second").create(label="cafe", app=app_row, record=record)
    table = RouteTable(connect(database_url()))
    assets = Assets(routes=table, store=site.store, host_origin=HOST, apps_domain=DOMAIN)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/~v/{version}/a.js",
        "QUERY_STRING": "",
        "HTTP_HOST": f"cafe.{DOMAIN}",
    }
    table.start()
    try:
        assert table.wait_loaded(10)
        assert call(assets, environ).status == call(assets, environ).status == 200

        route.record = {**record, "status": "suspended"}
        began = time.monotonic()
        route.save()
        assert within(5, lambda: call(assets, environ).status == 410)
        assert time.monotonic() - began < 5

        route.record = record
        route.save()
        assert within(5, lambda: call(assets, environ).status == 200)

        with django_connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'barnamak-assets'"
            )
        assert call(assets, environ).status == 200
        route.record = {**record, "status": "suspended"}
        route.save()
        assert within(8, lambda: call(assets, environ).status == 410)
    finally:
        table.stop()


def test_the_route_thread_can_only_read(app_row):
    reader = connect(database_url())()
    try:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("delete from miniapps_route")
        assert json.dumps(list(reader.execute(ALL))) == "[]"
    finally:
        reader.close()
