"""The demo's people at their browsers: how they sign in, and where things stand on their pages."""

import contextlib
import re
import time
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext
from django_otp.oath import TOTP
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    FrameLocator,
    Locator,
    Page,
    StorageState,
    ViewportSize,
    expect,
)

from config.supervisor.testing import Product

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}
TOTP_STEP_S = 30
SIGN_IN_TAKES_S = 15  # from reading the code to its being checked, at most
PATIENCE_MS = 30_000  # of one step, on a machine that does other things as well
# An app's headers refuse every feature of every Chromium by name; one that is older or newer than
# the list, or tries a feature with few sites, tells each name it does not know.
UNKNOWN_FEATURE = (
    r"Permissions-Policy header: (Unrecognized feature|Origin trial controlled feature)"
)
PHONES = {
    "sara": "09120001001",
    "ali": "09120001002",
    "maryam": "09120001003",
    "reza": "09120001004",
    "mina": "09120001011",
    "omid": "09120001012",
}
CODES = re.compile(r"^ +(09\d{9})  code (\d+)", re.MULTILINE)
STAFF = re.compile(r"^ +(09\d{9})  password (\S+)  code .*authenticator key (\w+)", re.MULTILINE)


def fa(msgid: str, **facts: object) -> str:
    """Return what the Persian pages say; a text that nobody translated fails the test."""
    with translation.override("fa"):
        said = gettext(msgid)
    assert said != msgid, f"not translated: {msgid}"
    return said % facts if facts else said


def sign_in(page: Page, phone: str, code: str | Callable[[], str]) -> None:
    """Write the phone number and the code, as a person does; `page` shows the first question."""
    page.get_by_label(fa("Phone number")).fill(phone)
    page.get_by_role("button", name=fa("Send the code")).click()
    field = page.get_by_label(fa("Code"), exact=True)
    expect(field).to_be_visible()
    # The page goes on by itself at the last digit.
    field.fill(code if isinstance(code, str) else code())


@dataclass
class Demo:
    """What `make run` prints about the demo's people."""

    product: Product
    printed: str = ""
    spent: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.printed = self.product.manage("democodes")

    def code(self, who: str) -> str:
        """Return the one-time code of a person."""
        return dict(CODES.findall(self.printed))[PHONES[who]]

    def new_code(self, phone: str) -> str:
        """Return the code that was just sent to a phone, from the host's log (+98…)."""
        log = self.product.plan.logs / "host.log"
        sent = re.compile(rf"sign-in code for \{phone}: (\d+)")
        self.product.wait_until(lambda: bool(sent.search(log.read_text())), within_s=30)
        return sent.findall(log.read_text())[-1]

    def password(self, who: str) -> str:
        """Return the password of a member of staff."""
        return self._staff(who)[1]

    def totp(self, who: str) -> str:
        """Return six digits that were not used yet: each is good for one sign-in only.

        The desk takes the step before and the step after as well, and no step twice or backwards;
        who has spent them all waits for the next one, as a person does.
        """
        generator = TOTP(b32decode(self._staff(who)[2]))
        spent = max((step for name, step in self.spent if name == who), default=-1)
        while True:
            now = time.time()
            # The step before is taken until this one ends: not worth trying shortly before.
            earliest = -1 if now % TOTP_STEP_S < TOTP_STEP_S - SIGN_IN_TAKES_S else 0
            for step in range(earliest, 2):
                generator.time = now + TOTP_STEP_S * step
                if generator.t() > spent:
                    self.spent.add((who, generator.t()))
                    return str(generator.token()).zfill(6)
            time.sleep(TOTP_STEP_S - now % TOTP_STEP_S)

    def _staff(self, who: str) -> tuple[str, str, str]:
        return next(found for found in STAFF.findall(self.printed) if found[0] == PHONES[who])


@dataclass
class Visits:
    """Browser windows on the running product; whatever their consoles complain of is kept."""

    browser: Browser
    product: Product
    demo: Demo
    states: dict[str, StorageState] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=lambda: [UNKNOWN_FEATURE])

    def open(
        self,
        who: str = "",
        path: str = "/",
        *,
        screen: ViewportSize = PHONE,
        scheme: str = "light",
        **more: object,
    ) -> Page:
        """Return a window of its own that shows `path` to `who` (nobody: signed out)."""
        state = {"storage_state": self._state(who)} if who else {}
        page = self.context(screen=screen, color_scheme=scheme, **state, **more).new_page()
        page.goto(path)
        return page

    def context(self, *, screen: ViewportSize, **more: object) -> BrowserContext:
        """Return a browser profile of its own, with Persian and this product as its base."""
        touch = screen["width"] < 700
        context = self.browser.new_context(
            base_url=self.product.origin,
            locale="fa-IR",
            timezone_id="Asia/Tehran",
            viewport=screen,
            has_touch=touch,
            is_mobile=touch,
            reduced_motion="reduce",
            **more,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(PATIENCE_MS)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        self.contexts.append(context)
        return context

    def forgive(self, pattern: str) -> None:
        """Expect complaints that match: the test itself breaks something."""
        self.forgiven.append(pattern)

    def complaints(self) -> list[str]:
        """Return what the consoles said and nobody expected."""
        return [
            fault for fault in self.faults if not any(re.search(p, fault) for p in self.forgiven)
        ]

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            context.close()

    def _said(self, line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"}:
            self.faults.append(f"{line.type}: {line.text} ({line.location.get('url', '')})")

    def _state(self, who: str) -> StorageState:
        if who not in self.states:
            context = self.context(screen=PHONE)
            page = context.new_page()
            staff = who in {"mina", "omid"}
            page.goto("/admin/" if staff else "/signin/")
            if staff:
                sign_in_staff(page, self.demo, who)
            else:
                sign_in(page, PHONES[who], self.demo.code(who))
                expect(page.locator("#chat-list")).to_be_visible()
            self.states[who] = context.storage_state()
            context.close()
            self.contexts.remove(context)
        return self.states[who]


def sign_in_staff(page: Page, demo: Demo, who: str) -> None:
    """Sign in at the staff desk with phone, password and the code of the authenticator."""
    page.locator("#id_username").fill(PHONES[who])
    page.locator("#id_password").fill(demo.password(who))
    page.locator("#id_otp_token").fill(demo.totp(who))
    page.locator("#login-form [type=submit]").click()
    expect(page.locator("#logout-form")).to_be_attached()


# --- the messenger --------------------------------------------------------------------------


def enter_chat(page: Page, title: str) -> None:
    """Open a chat from the list."""
    named = page.locator(".row__title", has_text=title)  # a receipt's last line names shops, too
    page.locator("#chat-list").get_by_role("link").filter(has=named).click()
    expect(page.locator("#chat-pane .bar-person__name")).to_contain_text(title)


def write(page: Page, text: str) -> None:
    """Send one message in the open chat."""
    page.locator("#chat-pane textarea").fill(text)
    page.get_by_role("button", name=fa("Send"), exact=True).click()


def bubbles(page: Page) -> Locator:
    """Return the messages of the open chat that have their place, in order."""
    return page.locator("#chat-pane [data-seq] .bubble__text")


def open_menu(page: Page) -> Locator:
    """Open the list of apps of the open chat, and return it."""
    page.locator("#chat-pane [data-key=apps]").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator(".app-line").first).to_be_visible()
    return dialog


# --- a running app --------------------------------------------------------------------------


def runner(page: Page) -> FrameLocator:
    """Return the host's page around the app, inside the chat's sheet."""
    return page.frame_locator("#app-pane iframe")


def app_of(page: Page) -> FrameLocator:
    """Return the app's own page."""
    return runner(page).frame_locator("iframe.run-frame")


def started(page: Page) -> None:
    """Wait until the host's placeholder is gone: what is pressed before, it takes."""
    expect(runner(page).locator("iframe.run-frame")).to_be_visible()
    expect(runner(page).locator(".run-loading")).to_be_hidden()


def main_button(page: Page) -> Locator:
    """Return the app's main button, which the host draws."""
    return runner(page).locator(".run-button-main")


def agree(page: Page) -> None:
    """Answer the question before an app's first start."""
    runner(page).get_by_role("button", name=fa("Open the app")).click()


def close_app(page: Page) -> None:
    """Close the app by the sheet's menu; the app may not object here."""
    page.locator("#app-pane .sheet__bar summary").click()
    page.locator("#app-pane .menu__item", has_text=fa("Close the app")).click()
    expect(page.locator("#app-pane .sheet")).to_have_count(0)


def answer(page: Page, choice: str) -> None:
    """Press a button of the host's question; a question is deaf at first, so press it again."""
    button = runner(page).get_by_role("dialog").get_by_role("button", name=choice)
    expect(button).to_be_visible()
    while button.is_visible():
        with contextlib.suppress(Error):  # it went while we pressed
            button.click(timeout=1000)
