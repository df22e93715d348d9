"""`tgfair user …` on an installation of its own."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from tgfair.cli.main import cli
from tgfair.config import ConfigError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a fresh instance folder and give back its output."""
    for name, value in {
        "TGFAIR_INSTANCE": str(tmp_path / "instance"),
        "TGFAIR_BASE_URL": "http://localhost:8000",
        "TGFAIR_WORKER": "0",
    }.items():
        monkeypatch.setenv(name, value)

    def command(*arguments):
        return CliRunner().invoke(cli, arguments, catch_exceptions=False).output

    command("init", "--email", "hanh@example.vn", "--name", "Trần Hạnh")
    return command


def test_accounts_are_listed_added_linked_and_locked(run):
    added = run(
        "user", "add", "--email", "xa@example.vn", "--name", "Lê Xã",
        "--role", "commune_officer", "--commune", "28594",
    )  # fmt: skip
    again = run("user", "link", "XA@example.vn")
    locked = run("user", "disable", "xa@example.vn")

    link = re.compile(r"^http://localhost:8000/can-bo/[0-9a-f]{64}$", re.MULTILINE)
    assert link.search(added)
    assert link.search(again)
    assert link.search(added)[0] != link.search(again)[0]
    assert locked == "xa@example.vn: locked\n"
    assert run("user", "list") == (
        "xa@example.vn\tLê Xã\tcommune_officer Xã Chợ Gạo\tlocked\n"
        "hanh@example.vn\tTrần Hạnh\tadmin\tactive\n"
    )


@pytest.mark.parametrize("command", ["import", "export"])
def test_command_without_settings_makes_no_second_installation(command, tmp_path, monkeypatch):
    for name in ("TGFAIR_SECRET_KEY", "TGFAIR_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TGFAIR_INSTANCE", str(tmp_path / "instance"))
    sheet = tmp_path / "so.csv"
    sheet.write_text("Tên chủ thể\n", encoding="utf-8")
    arguments = {"import": ["import", str(sheet)], "export": ["export", "exhibitors", str(sheet)]}

    result = CliRunner().invoke(cli, arguments[command])

    assert isinstance(result.exception, ConfigError)
    assert "load the settings" in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["so.csv"]
