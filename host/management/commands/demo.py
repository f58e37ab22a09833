"""``manage.py demo``: people, mini-apps, shops, chats to look at. Again, it changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from host import demo_apps, demo_chats, demo_money, demo_people, demo_shops, demo_showcase


class Command(BaseCommand):
    """Load the demo."""

    help = "Make the demo's people, mini-apps, shops and chats."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuse outside a demo; load each part."""
        if not settings.DEMO:
            raise CommandError("Only with BARNAMAK_DEMO=1: demo people have printed codes.")
        now = timezone.now()
        with translation.override("fa"):
            people = demo_people.load()
            apps = demo_apps.load(people, now=now)
            demo_chats.load(people, apps, now=now)
            demo_money.load(people, apps, now=now)
            shops = demo_shops.load(people, now=now)
            demo_showcase.load([*apps.values()], shops, [*people.values()], now=now)
        self.stdout.write(f"demo: {len(people)} people, {len(apps)} mini-apps, {len(shops)} shops")
