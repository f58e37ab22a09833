"""The demo's mini-apps: our examples, uploaded, checked, reviewed and released like all others."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from core.limits import CHECK_STUCK_AFTER
from examples.build import build
from host import demo_cafe
from identity import makers
from identity.models import Maker, Person
from miniapps import checking, registration, releasing, review, submission
from miniapps.models import App, Category, Release, Submission, Version

QUIZ_PORT = int(os.environ.get("QUIZ_PORT", "8090"))
SERVERS = {"quiz": QUIZ_PORT, "cafe": demo_cafe.PORT}  # apps with a server of their own
APPS: dict[str, dict[str, str]] = {
    "cafe": {
        "slug": "cafe-naron",
        "name_fa": "کافه نارون",
        "name_en": "Café Naron",
        "about_fa": "قهوه و کیک را سفارش بدهید و سر ساعت تحویل بگیرید.",
        "about_en": "Order coffee and cake, pick it up on time.",
        "category": Category.FOOD,
    },
    "dong": {
        "slug": "dong",
        "name_fa": "دُنگ",
        "name_en": "Dong",
        "about_fa": "خرج سفر و دورهمی را بی‌حساب‌وکتاب دستی تقسیم کنید.",
        "about_en": "Split the costs of a trip or an evening.",
        "category": Category.FINANCE,
    },
    "quiz": {
        "slug": "dana",
        "name_fa": "دانا",
        "name_en": "Dana quiz",
        "about_fa": "مسابقهٔ دانستنی با جدول امتیازها.",
        "about_en": "A quiz with a score board.",
        "category": Category.GAMES,
    },
}

NEXT: dict[str, Any] = {
    "version": {"code": 2, "name": "1.1.0"},
    "req_permissions": [
        {"name": "profile", "reason": "تا نام شما در حساب نوشته شود."},
        {"name": "clipboard-write", "reason": "تا حساب را رونوشت کنید."},
    ],
}


def load(people: dict[str, Person], *, now: datetime) -> dict[str, App]:
    """Register, upload, approve and release what is missing or has changed; return apps by name."""
    maker = Maker.objects.filter(founder=people["sara"]).order_by("pk").first()
    if maker is None:
        maker = makers.found(
            person=people["sara"], kind=Maker.Kind.ORGANISATION, name="استودیو نارون"
        )
    if maker.verified_at is None:
        Maker.objects.filter(pk=maker.pk).update(verified_at=now)
    found = {name: _app(name, maker, people, now) for name in APPS}
    _tell_quiz_server(found["quiz"])
    demo_cafe.tell(found["cafe"], people["sara"], now=now)
    _leave_a_case(found["dong"], people["sara"], now)
    return found


def _leave_a_case(app: App, actor: Person, now: datetime) -> None:
    """Let a version that asks for more than the one before wait in the queue, once."""
    left = Submission.objects.filter(app=app, version__name=NEXT["version"]["name"])
    if left.exclude(state="withdrawn").exists():
        return
    version = _uploaded("dong", app, actor, now, members=NEXT)
    submission.submit(
        version=version,
        actor=actor,
        publish_on_approval=True,
        note="نام کسی که حساب را می‌سازد خودش نوشته می‌شود؛ اگر اجازه بدهد.",
        now=now,
    )


def _app(name: str, maker: Maker, people: dict[str, Person], now: datetime) -> App:
    facts = APPS[name]
    app = App.objects.filter(slug=facts["slug"]).first()
    if app is None:
        app, _token = registration.register(maker=maker, actor=people["sara"], **facts)
    version = _uploaded(name, app, people["sara"], now)
    given = Release.objects.filter(version=version, channel=Release.Channel.PRODUCTION)
    if not given.exists():
        _approve(version, people, now)
    return App.objects.get(pk=app.pk)


def _uploaded(
    name: str,
    app: App,
    actor: Person,
    now: datetime,
    members: Mapping[str, object] | None = None,
) -> Version:
    connect = f"http://localhost:{SERVERS[name]}" if name in SERVERS else ""
    with TemporaryDirectory() as folder:
        bundle = build(name, Path(folder) / f"{name}.zip", connect=connect, members=members)
        with bundle.open("rb") as upload:
            version, _created = submission.receive(
                app=app, upload=upload, actor=actor, via=Version.Via.DEMO, now=now
            )
    if version.state == Version.State.PROCESSING:
        # An earlier demo was interrupted here. It runs before the workers: nobody is at it.
        now += CHECK_STUCK_AFTER
    if version.state in (Version.State.UPLOADED, Version.State.PROCESSING):
        version = checking.check(version_id=version.public_id, now=now)
    if version.state != Version.State.READY:
        found = "\n".join(f"{row.rule} {row.path} {row.facts}" for row in version.findings.all())
        raise RuntimeError(f"The example {name} is not accepted:\n{found}")
    return version


def _approve(version: Version, people: dict[str, Person], now: datetime) -> None:
    if not Submission.objects.filter(version=version, state="approved").exists():
        for waiting in Submission.objects.filter(app=version.app, state="queued"):
            # Of an earlier demo; ``_leave_a_case`` leaves it again.
            submission.withdraw(submission=waiting, actor=people["sara"], now=now)
        case = submission.submit(
            version=version, actor=people["sara"], publish_on_approval=True, now=now
        )
        review.claim(submission=case, reviewer=people["mina"], now=now)
        review.approve(
            submission=case, reviewer=people["mina"], reasons="نمونهٔ خودمان است.", now=now
        )
        return
    releasing.release(
        app=version.app,
        version=version,
        channel=Release.Channel.PRODUCTION,
        actor=people["sara"],
        now=now,
    )


def _tell_quiz_server(app: App) -> None:
    """Write what ``examples/quiz/backend.py`` reads: whose tokens it takes, from which origin."""
    origin = f"{settings.APPS_SCHEME}://{app.label}.{settings.APPS_DOMAIN}"
    content = json.dumps({"app_id": app.public_id, "origins": [origin]})
    (settings.VAR / "quiz.json").write_text(content, encoding="utf-8")
