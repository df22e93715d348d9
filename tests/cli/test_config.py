from __future__ import annotations

from click.testing import CliRunner

from tgfair.cli.main import cli
from tgfair.config import ENVIRONMENT


def test_explain_names_every_setting():
    result = CliRunner().invoke(cli, ["config", "--explain"])

    assert [line for line in result.output.splitlines() if not line.startswith(" ")] == [
        *ENVIRONMENT
    ]


def test_settings_in_force_are_shown_without_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("TGFAIR_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TGFAIR_DATABASE_URL", "postgresql+psycopg://fair:bimat@db/fair")
    monkeypatch.setenv("TGFAIR_MAIL_SERVER", "smtp.example.vn")
    monkeypatch.setenv("TGFAIR_MAIL_PASSWORD", "bimat")

    result = CliRunner().invoke(cli, ["config"], catch_exceptions=False)

    assert result.exit_code == 0
    assert "smtp.example.vn" in result.output
    assert "bimat" not in result.output
