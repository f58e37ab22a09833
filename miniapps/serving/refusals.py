"""What the assets process answers when it does not send a file: a status and a plain sentence.

The texts are in both languages at once: this process knows neither people nor their language.
"""

from collections.abc import Sequence
from typing import Final

from miniapps.serving.headers import Header

SEE_OTHER: Final = "303 See Other"


class Refusal(Exception):
    """An answer without a file."""

    def __init__(self, status: str, text: str, *headers: Header) -> None:
        super().__init__(status)
        self.status = status
        self.text = text
        self.headers: Sequence[Header] = headers


def method() -> Refusal:
    """Return: only reading is possible here."""
    return Refusal(
        "405 Method Not Allowed",
        "اینجا فقط می‌توان خواند.\nOnly GET and HEAD are answered here.\n",
        ("Allow", "GET, HEAD"),
    )


def nothing_here() -> Refusal:
    """Return: no such app, version or file; which of them is not told."""
    return Refusal("404 Not Found", "در این نشانی چیزی نیست.\nNothing is here.\n")


def too_long() -> Refusal:
    """Return: no file has so long a path."""
    return Refusal(
        "414 URI Too Long", "این نشانی بیش از اندازه بلند است.\nThe address is too long.\n"
    )


def gone() -> Refusal:
    """Return: the app is not served any more; what it kept in the browser goes too."""
    return Refusal(
        "410 Gone",
        "این برنامک در دسترس نیست.\nThis mini-app is not available.\n",
        ("Clear-Site-Data", '"cache", "storage"'),
    )


def service_worker() -> Refusal:
    """Return: a service worker would outlive a suspension."""
    return Refusal(
        "403 Forbidden",
        "برنامک‌ها نمی‌توانند سرویس‌ورکر داشته باشند.\nMini-apps cannot have service workers.\n",
    )


def old_page() -> Refusal:
    """Return: the page that asks is of a version that is not served any more."""
    return Refusal(
        "409 Conflict",
        "این صفحه از نسخه‌ای قدیمی است. برنامک را دوباره باز کنید.\n"
        "This page is of a version that is no longer served. Open the mini-app again.\n",
    )


def mixed() -> Refusal:
    """Return: versions differ in this file and the request does not tell which one it is from."""
    return Refusal(
        "409 Conflict",
        "نسخه‌های این برنامک در این فایل یکی نیستند و درخواست نسخه‌ای را نام نبرده است.\n"
        "The versions of this mini-app differ in this file, and the request names none.\n"
        "Refer to it from the page, by a relative address, or let the page send its Referer.\n",
    )


def starting() -> Refusal:
    """Return: which apps there are is not known yet."""
    return Refusal(
        "503 Service Unavailable",
        "برنامک در حال راه‌اندازی است.\nStarting. Try again in a moment.\n",
        ("Retry-After", "1"),
    )


def not_published() -> Refusal:
    """Return: the store lacks what the route promises."""
    return Refusal(
        "503 Service Unavailable",
        "فایل‌های این نسخه هنوز آماده نیست.\nThe files of this version are not ready.\n",
        ("Retry-After", "5"),
    )


def elsewhere(address: str) -> Refusal:
    """Return: the place where a person opens this app."""
    return Refusal(SEE_OTHER, "", ("Location", address))


def unsatisfiable(size: int, headers: Sequence[Header]) -> Refusal:
    """Return: the range lies outside the file."""
    return Refusal(
        "416 Range Not Satisfiable",
        "این بخش از فایل وجود ندارد.\nThe file has no such part.\n",
        *headers,
        ("Content-Range", f"bytes */{size}"),
    )
