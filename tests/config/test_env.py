"""What the environment says becomes a setting, or stops the process with a sentence."""

import pytest

from config import env


def test_a_database_keeps_what_libpq_is_told():
    found = env.database(
        "postgresql://ali:p%40ss@db.example:6543/barnamak?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    )

    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "6543", "barnamak")
    assert (found["USER"], found["PASSWORD"]) == ("ali", "p@ss")


def test_a_database_may_be_reached_through_a_socket_folder():
    found = env.database("postgresql://barnamak@/barnamak?host=%2Ftmp%2Frun%20pg")

    assert (found["HOST"], found["OPTIONS"]) == ("/tmp/run pg", {})  # noqa: S108


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///x", "postgresql:///x?options=-c%20a=b"])
def test_another_database_or_options_of_ones_own_are_refused(url):
    with pytest.raises(env.WrongSetting):
        env.database(url)


def test_a_wrong_number_or_flag_stops_with_its_name(monkeypatch):
    monkeypatch.setenv("BARNAMAK_PROXY_COUNT", "two")
    monkeypatch.setenv("BARNAMAK_DEBUG", "yes")

    with pytest.raises(env.WrongSetting, match="BARNAMAK_PROXY_COUNT"):
        env.number("BARNAMAK_PROXY_COUNT", 1)
    with pytest.raises(env.WrongSetting, match="BARNAMAK_DEBUG"):
        env.flag("BARNAMAK_DEBUG", default=False)


def test_a_value_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("  long and secret\n")
    monkeypatch.setenv("BARNAMAK_SECRET_KEY_FILE", str(tmp_path / "key"))

    assert env.secret_key(tmp_path) == "long and secret"
    monkeypatch.setenv("BARNAMAK_SECRET_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(env.WrongSetting, match="BARNAMAK_SECRET_KEY_FILE"):
        env.secret_key(tmp_path)
