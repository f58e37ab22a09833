"""What each variable of ``config/settings.py`` is for: one sentence each, for the reference."""

from typing import Final

VARIABLES: Final[dict[str, str]] = {
    "BARNAMAK_APPS_DOMAIN": "the domain below which every mini-app has a name of its own; in"
    " production a registrable domain that is not the host's",
    "BARNAMAK_CODE_SENDER": "the class that delivers one-time codes; the default writes them to"
    " the log, for development only",
    "BARNAMAK_DEBUG": "development: pages of errors with their reasons, readable logs, the gallery",
    "BARNAMAK_DEMO": "demo people with printed codes; refused without BARNAMAK_DEBUG",
    "BARNAMAK_GATEWAYS": "banks that take and pay out money, as JSON (also `_FILE`); see"
    " [gateways](gateways.md#configuration)",
    "BARNAMAK_KEYS": "private signing keys and the secret key, readable by the product alone",
    "BARNAMAK_KEY_PREFIX": "what every key in Redis begins with, where it is shared",
    "BARNAMAK_ORIGIN": "the host's address as people see it; with https cookies are Secure and"
    " carry the `__Host-` prefix",
    "BARNAMAK_PROCESS": "`sockets` for the process of `/ws/`, which pools its connections",
    "BARNAMAK_PROXY_COUNT": "how many proxies of yours append to X-Forwarded-For; 0 without one",
    "BARNAMAK_SANDBOX_PSP_URL": "the sandbox bank of the demo; used with BARNAMAK_DEBUG only",
    "BARNAMAK_SECRET_KEY": "seals sessions and one-time codes",
    "BARNAMAK_STORE": "files of checked versions, named by content; shared by all processes",
    "BARNAMAK_UPLOADS": "uploaded zips as they came, never served",
    "BARNAMAK_URLCONF": "the addresses of the host, for a product with pages of its own",
    "BARNAMAK_VAR": "the folder of everything that is not named apart",
    "BARNAMAK_WEBHOOKS_ALLOW_LOCAL": "lets webhooks go to this machine, for makers at their own"
    " desks; refused outside BARNAMAK_DEBUG",
    "BARNAMAK_WEBHOOKS_CA_FILE": "certificates that makers' servers are checked against, instead"
    " of certifi's",
    "DATABASE_URL": "PostgreSQL 16 or newer; `?host=` may name a socket's folder, other words are"
    " libpq's (`?sslmode=verify-full`)",
    "REDIS_URL": "Valkey or Redis: cache, live news, rate limits, jobs",
}
