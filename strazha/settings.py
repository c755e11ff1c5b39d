"""Settings: read once from the environment (``STRAZHA_...``) or a ``.env`` file, never changed afterwards."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things lie and how the parts are reached. Every field is documented in docs/settings.md (a test checks it)."""

    model_config = SettingsConfigDict(env_prefix="STRAZHA_", env_file=".env", extra="ignore", frozen=True)

    #: Folder for everything Strazha writes unless a setting below says otherwise.
    home: Path = Path("var")
    #: Landing area: a path or an fsspec URL (``s3://bucket/prefix``). Empty: ``<home>/landing``.
    landing: str = ""
    #: SQLAlchemy URL of the ledger. Empty: SQLite at ``<home>/ledger.sqlite``.
    ledger_url: str = ""
    #: Index backend: a name of ``strazha.store.BACKENDS``.
    store: str = "sqlite"
    #: SQLite index file. Empty: ``<home>/index.sqlite``.
    index_path: str = ""
    #: Addresses of Elasticsearch; requests are spread over them, and go to the others while one is down.
    elasticsearch_urls: tuple[str, ...] = ("http://127.0.0.1:9200",)
    #: API key, as Elasticsearch gives it (``encoded``). Empty: no authentication.
    elasticsearch_api_key: SecretStr = SecretStr("")
    #: PEM file of the authority that signed the server's certificate. Empty: the system's authorities.
    elasticsearch_ca: Path | None = None
    #: Seconds one request may take.
    elasticsearch_timeout: float = Field(default=30, gt=0)
    #: Seconds a batch is offered again to a server that is down or overloaded before the run is left to be resumed later.
    elasticsearch_patience: float = Field(default=30, ge=0)
    #: Compress requests and answers: worth it over a network, not on one machine.
    elasticsearch_compress: bool = False
    #: What the names of indices and aliases begin with; installations that share a cluster each have their own.
    elasticsearch_prefix: str = "strazha"
    #: Folders with source definitions, beside the packaged ones.
    sources: tuple[Path, ...] = ()
    #: Adverts per batch file: the unit of work of every step.
    batch_size: int = Field(default=500, ge=1, le=100_000)
    #: Folder of the encoder's models. Empty: ``$XDG_CACHE_HOME/strazha/models`` (``~/.cache/strazha/models``).
    models: str = ""
    #: Name of the model that compares meanings, or ``off``. Where it is not there semantics are off, and screenings say so.
    encoder: str = "multilingual-e5-small"
    #: What runs it: ``onnx`` (CPU), or ``torch`` (extra "torch"; a GPU where there is one).
    encoder_engine: Literal["onnx", "torch"] = "onnx"
    #: Threads that encode; 0: one for each core the process may use.
    encoder_threads: int = Field(default=0, ge=0, le=1024)
    #: Vectors kept on disk (``<home>/vectors.sqlite``), so that no sentence is encoded twice; about 0.9 GB a million. 0: none.
    encoder_cache: int = Field(default=1_000_000, ge=0)
    #: Folder of heads trained elsewhere (strazha heads train --to); empty: those that are shipped.
    heads: str = ""
    #: File with the weights and thresholds of the score (a copy of indicators/weights.yaml). Empty: the packaged one.
    weights: Path | None = None
    #: Ways of seeing indicators, to measure what each is worth: some of "pattern,semantic,derived"; empty: all.
    ways: str = Field(default="", pattern="^((pattern|semantic|derived)(,(pattern|semantic|derived))*)?$")
    #: Address the review pages listen on.
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    #: Host names the review pages answer to, beside the loopback ones; a request for any other name is refused.
    hosts: tuple[str, ...] = ()
    #: True where the pages are served over HTTPS (behind a proxy): cookies become Secure, HSTS is sent.
    https: bool = False
    #: Minutes a session may lie idle before its person signs in again (never longer than ten hours in all).
    session_idle: int = Field(default=60, ge=1, le=600)
    #: Keys that secrets in the ledger are sealed with, the newest first (32 bytes in base64). Empty: those of the key file.
    secret_keys: tuple[SecretStr, ...] = ()
    #: File with those keys, one a line; made with mode 0600 at its first use. Empty: ``<home>/secret.key``.
    secret_key_file: Path | None = None
    #: Issuer of an OpenID Connect provider to sign in at, exactly as it names itself. Empty: none.
    oidc_issuer: str = ""
    #: What the provider knows this application as; without a secret it is a public client (PKCE is always used).
    oidc_client: str = ""
    oidc_secret: SecretStr = SecretStr("")
    #: What the provider is called on the sign-in page.
    oidc_label: str = ""
    #: Claim whose values give the role, and ``value=role`` in order of preference. Who has none of these is refused.
    oidc_claim: str = "groups"
    oidc_roles: tuple[str, ...] = ()
    #: Scopes asked for beside ``openid``.
    oidc_scopes: str = "profile"
    #: False: nobody signs in with a password kept here (needs a provider).
    local_login: bool = True
    #: Address of the review pages, for links in alerts and the way back from a provider. Empty: links are paths.
    public_url: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+)?$")
    #: Mail server for alerts; empty: no alert leaves by e-mail.
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    #: How the connection is protected; ``none`` for a server on the same machine.
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    #: Name and password at the mail server; empty: it asks for none.
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    #: Sender of alerts.
    mail_from: str = Field(default="strazha@localhost", pattern=r"^[^\s<>@]+@[^\s<>@]+$")
    #: Domains alerts may be mailed to; empty: none.
    mail_domains: tuple[str, ...] = ()
    #: Hosts (``hooks.example.org`` or with a port) alerts may be posted to; empty: no alert leaves by webhook.
    webhook_hosts: tuple[str, ...] = ()
    #: Those of them that may lie within a private network and need not speak HTTPS; by name.
    webhook_private: tuple[str, ...] = ()
    #: PEM file of the authority that signed the receivers' certificates. Empty: the system's authorities.
    webhook_ca: Path | None = None
    #: False where another machine or container does the work: pages then show commands instead of starting runs.
    run_here: bool = True
    #: Address of Prefect's pages as people's browsers reach it. Empty: the server that runs in this home, if one does.
    prefect_pages: str = Field(default="", pattern=r"^(https?://\S+)?$")
    #: Days that logs of runs, alerts that were read, and what became of their sending are kept; 0: for good.
    keep_run_logs: int = Field(default=365, ge=0, le=36_500)
    keep_alerts: int = Field(default=365, ge=0, le=36_500)
    keep_deliveries: int = Field(default=180, ge=0, le=36_500)
    #: Requests a minute that one token of the API may make; so many at once, then evenly.
    api_rate: int = Field(default=600, ge=1, le=1_000_000)

    @property
    def roles_by_value(self) -> dict[str, str]:
        """Role of each value of the provider's claim, in order of preference."""
        return {value: role for value, _, role in (one.rpartition("=") for one in self.oidc_roles)}

    @property
    def landing_url(self) -> str:
        """Landing area as a path or fsspec URL."""
        return self.landing or str(self.home / "landing")

    @property
    def ledger(self) -> str:
        """SQLAlchemy URL of the ledger."""
        return self.ledger_url or f"sqlite:///{self.home / 'ledger.sqlite'}"

    @property
    def index_file(self) -> Path:
        """The SQLite index file."""
        return Path(self.index_path) if self.index_path else self.home / "index.sqlite"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings. Tests build their own ``Settings(...)`` and hand it over instead of changing this one."""
    return Settings()
