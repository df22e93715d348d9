"""Every setting, read once from the environment, checked before the first request."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tgfair.core.retention import Retention

KNOWN_KEYS = frozenset({"dev", "secret", "changeme", "change-me", "test"})
MIN_KEY_LENGTH = 32
LONGEST_KEPT = 1200


class ConfigError(Exception):
    """A setting is missing or dangerous; the message says which and what to do."""


@dataclass(frozen=True)
class MailConfig:
    """How mail leaves: no `server` means it stays in the outbox (or the demo mailbox)."""

    server: str = ""
    port: int = 25
    use_tls: bool = False
    use_ssl: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = "Ban Tổ chức <khong-tra-loi@localhost>"


@dataclass(frozen=True)
class ChannelConfig:
    """Ways to telephones; each is off until its key is given."""

    zns_url: str = "https://business.openapi.zalo.me/message/template"
    zns_token: str = field(default="", repr=False)
    zns_template: str = ""
    sms_url: str = ""
    sms_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Config:
    """The whole configuration of one installation."""

    secret_key: str = field(repr=False)
    database_url: str
    base_url: str
    instance_dir: Path
    mail: MailConfig = field(default_factory=MailConfig)
    channels: ChannelConfig = field(default_factory=ChannelConfig)
    retention: Retention = field(default_factory=Retention)
    demo: bool = False
    site_name: str = "tgfair"
    proxy_count: int = 0
    worker_in_process: bool = True
    rate_limits: bool = True
    testing: bool = False

    @property
    def https(self) -> bool:
        """Whether links and cookies are for https."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Return the only host name that requests may carry."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def files_dir(self) -> Path:
        """Folder of uploaded files."""
        return self.instance_dir / "files"

    @property
    def keys_dir(self) -> Path:
        """Folder of the badge signing keys, never part of a database dump."""
        return self.instance_dir / "keys"


ENVIRONMENT: dict[str, str] = {
    "TGFAIR_SECRET_KEY": "at least 32 random characters; made by `tgfair init`",
    "TGFAIR_DATABASE_URL": "sqlite:///… or postgresql://…; default: SQLite in the instance folder",
    "TGFAIR_BASE_URL": "the address people type, e.g. https://fair.example.vn",
    "TGFAIR_INSTANCE": "folder of database, files and keys; default: ./instance",
    "TGFAIR_DEMO": "1 for the demo province (loopback only)",
    "TGFAIR_SITE_NAME": "name at the top of every page",
    "TGFAIR_PROXY_COUNT": "number of reverse proxies in front; default 0",
    "TGFAIR_MAIL_SERVER": "SMTP server; empty keeps mail in the outbox",
    "TGFAIR_MAIL_PORT": "default 25",
    "TGFAIR_MAIL_TLS": "1 for STARTTLS",
    "TGFAIR_MAIL_SSL": "1 for TLS from the first byte",
    "TGFAIR_MAIL_USERNAME": "user at the SMTP server",
    "TGFAIR_MAIL_PASSWORD": "its password",
    "TGFAIR_MAIL_SENDER": "From header, e.g. Ban Tổ chức <tochuc@example.vn>",
    "TGFAIR_BOUNCE_IMAP": "mailbox of returned mail for `tgfair bounce --imap`: imaps://…",
    "TGFAIR_ZNS_URL": "Zalo notices: address of the interface; default: Zalo's own",
    "TGFAIR_ZNS_TOKEN": "Zalo notices: access token; empty keeps the channel off",
    "TGFAIR_ZNS_TEMPLATE": "Zalo notices: number of the approved template",
    "TGFAIR_SMS_URL": "text messages: the provider's https address; empty keeps the channel off",
    "TGFAIR_SMS_TOKEN": "text messages: the provider's key",
    "TGFAIR_KEEP_BADGE_DAYS": "days after a fair until names and portraits go; default 90",
    "TGFAIR_KEEP_GATE_MONTHS": "months until the gate log names nobody any more; default 12",
    "TGFAIR_KEEP_CONTACT_MONTHS": "months after the last fair until contacts go; default 24",
    "TGFAIR_RATE_LIMITS": "0 for load tests only: nothing is counted; default 1",
    "TGFAIR_WORKER": "0 when `tgfair worker` processes do the background work",
}


def _flag(env: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = env.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ConfigError(f"{name} must be 1 or 0, not {value!r}")


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise ConfigError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def read_config(env: Mapping[str, str] | None = None) -> Config:
    """Build the configuration from environment variables (see `ENVIRONMENT`).

    The secret key may also lie in `<instance>/secret-key`, where `tgfair init` writes it.

    Raises:
        ConfigError: a value cannot be used.
    """
    env = os.environ if env is None else env
    instance = Path(env.get("TGFAIR_INSTANCE") or "instance").resolve()
    key_file = instance / "secret-key"
    secret = env.get("TGFAIR_SECRET_KEY", "")
    if not secret and key_file.is_file():
        secret = key_file.read_text(encoding="ascii").strip()
    config = Config(
        secret_key=secret,
        database_url=env.get("TGFAIR_DATABASE_URL") or f"sqlite:///{instance / 'tgfair.sqlite3'}",
        base_url=(env.get("TGFAIR_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
        instance_dir=instance,
        mail=_mail(env),
        channels=_channels(env),
        retention=_retention(env),
        demo=_flag(env, "TGFAIR_DEMO"),
        site_name=env.get("TGFAIR_SITE_NAME") or "Hội chợ OCOP Đồng Tháp",
        proxy_count=_integer(env, "TGFAIR_PROXY_COUNT", 0),
        worker_in_process=_flag(env, "TGFAIR_WORKER", default=True),
        rate_limits=_flag(env, "TGFAIR_RATE_LIMITS", default=True),
    )
    check(config)
    return config


def _mail(env: Mapping[str, str]) -> MailConfig:
    return MailConfig(
        server=env.get("TGFAIR_MAIL_SERVER", ""),
        port=_integer(env, "TGFAIR_MAIL_PORT", 25),
        use_tls=_flag(env, "TGFAIR_MAIL_TLS"),
        use_ssl=_flag(env, "TGFAIR_MAIL_SSL"),
        username=env.get("TGFAIR_MAIL_USERNAME", ""),
        password=env.get("TGFAIR_MAIL_PASSWORD", ""),
        sender=env.get("TGFAIR_MAIL_SENDER") or MailConfig.sender,
    )


def _channels(env: Mapping[str, str]) -> ChannelConfig:
    return ChannelConfig(
        zns_url=env.get("TGFAIR_ZNS_URL") or ChannelConfig.zns_url,
        zns_token=env.get("TGFAIR_ZNS_TOKEN", ""),
        zns_template=env.get("TGFAIR_ZNS_TEMPLATE", ""),
        sms_url=env.get("TGFAIR_SMS_URL", ""),
        sms_token=env.get("TGFAIR_SMS_TOKEN", ""),
    )


def _retention(env: Mapping[str, str]) -> Retention:
    return Retention(
        badge_days=_kept(env, "TGFAIR_KEEP_BADGE_DAYS", Retention().badge_days),
        gate_months=_kept(env, "TGFAIR_KEEP_GATE_MONTHS", Retention().gate_months),
        contact_months=_kept(env, "TGFAIR_KEEP_CONTACT_MONTHS", Retention().contact_months),
    )


def _kept(env: Mapping[str, str], name: str, default: int) -> int:
    """Return how long something is kept: 0 would take it away the day after the fair."""
    value = _integer(env, name, default)
    if not 1 <= value <= LONGEST_KEPT:
        raise ConfigError(f"{name} must be from 1 to {LONGEST_KEPT}, not {value}")
    return value


def check(config: Config) -> None:
    """Refuse what would be unsafe (reliability.md, section 6).

    Raises:
        ConfigError: with the name of the variable and what to do.
    """
    if len(config.secret_key) < MIN_KEY_LENGTH or config.secret_key.lower() in KNOWN_KEYS:
        raise ConfigError(
            "TGFAIR_SECRET_KEY is missing or shorter than 32 characters: load the settings of the "
            "installation (README, 4), or run `tgfair init` for a new one"
        )
    parts = urlsplit(config.base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ConfigError("TGFAIR_BASE_URL must look like https://fair.example.vn")
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme == "http" and not loopback:
        raise ConfigError("TGFAIR_BASE_URL must be https, except on 127.0.0.1 or localhost")
    if config.demo and not loopback:
        raise ConfigError("TGFAIR_DEMO is for 127.0.0.1 or localhost only")
