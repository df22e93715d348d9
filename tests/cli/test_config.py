from __future__ import annotations

import pytest
from click.testing import CliRunner

from tgfair.cli.main import cli
from tgfair.config import ENVIRONMENT, ConfigError, read_config
from tgfair.core.retention import Retention


def test_explain_names_every_setting():
    result = CliRunner().invoke(cli, ["config", "--explain"])

    assert [line for line in result.output.splitlines() if not line.startswith(" ")] == [
        *ENVIRONMENT
    ]


class Noting(dict):
    """An environment that notes what is asked of it."""

    def __init__(self, **values):
        super().__init__(**values)
        self.asked = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)


def test_every_setting_that_is_read_is_explained():
    env = Noting(TGFAIR_SECRET_KEY="k" * 32)
    read_config(env)

    assert env.asked - {*ENVIRONMENT} == set()


def test_settings_in_force_are_shown_without_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("TGFAIR_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TGFAIR_DATABASE_URL", "postgresql+psycopg://fair:bimat@db/fair")
    monkeypatch.setenv("TGFAIR_MAIL_SERVER", "smtp.example.vn")
    monkeypatch.setenv("TGFAIR_MAIL_PASSWORD", "bimat")

    result = CliRunner().invoke(cli, ["config"], catch_exceptions=False)

    assert result.exit_code == 0
    assert "smtp.example.vn" in result.output
    assert "bimat" not in result.output


def test_how_long_personal_data_are_kept_can_be_set_but_not_to_nothing():
    env = {"TGFAIR_SECRET_KEY": "k" * 32, "TGFAIR_KEEP_CONTACT_MONTHS": "36"}

    assert read_config(env).retention == Retention(90, 12, 36)
    with pytest.raises(ConfigError, match="TGFAIR_KEEP_GATE_MONTHS must be from 1 to 1200"):
        read_config({**env, "TGFAIR_KEEP_GATE_MONTHS": "0"})
