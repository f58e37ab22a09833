"""What may be written: texts, titles, handles, client ids. Pure rules, faults as data."""

from __future__ import annotations

import re

from core.limits import CHAT_TITLE_CHARS_MAX, MESSAGE_CHARS_MAX
from core.problems import Fault, InvalidInput

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
HANDLE = re.compile(r"[a-z][a-z0-9_]{3,31}")
HANDLE_BEGINNING = re.compile(r"[a-z][a-z0-9_]{0,31}")
ABOUT_CHARS_MAX = 500
# Characters that mean nothing in a message: C0 and C1 controls but newline and tab.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What would let a title rewrite the line it stands in, or stand there unseen.
_TRICKS = re.compile(r"[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def message_text(text: str) -> str:
    """Return the text as it is kept. Raises InvalidInput when it is empty or too long."""
    kept = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not kept:
        raise InvalidInput([Fault("#/text", "must not be empty", "blank")])
    if len(kept) > MESSAGE_CHARS_MAX:
        fault = Fault("#/text", f"must be at most {MESSAGE_CHARS_MAX} characters", "max_length")
        raise InvalidInput([fault])
    return kept


def one_line(text: str, *, pointer: str, most: int, needed: bool = True) -> str:
    """Return a title on one line. Raises InvalidInput when it is empty or too long."""
    kept = " ".join(_TRICKS.sub("", _CONTROLS.sub("", text)).split())
    if needed and not kept:
        raise InvalidInput([Fault(pointer, "must not be empty", "blank")])
    if len(kept) > most:
        raise InvalidInput([Fault(pointer, f"must be at most {most} characters", "max_length")])
    return kept


def line_of_form(
    text: str, pointer: str, most: int, faults: list[Fault], *, needed: bool = True
) -> str:
    """Return a field of one line; what is wrong with it joins ``faults``, and "" is returned."""
    try:
        return one_line(text, pointer=pointer, most=most, needed=needed)
    except InvalidInput as refusal:
        faults.extend(refusal.faults)
        return ""


def chat_title(text: str) -> str:
    """Return a group's or channel's title. Raises InvalidInput."""
    return one_line(text, pointer="#/title", most=CHAT_TITLE_CHARS_MAX)


def handle(text: str) -> str:
    """Return a channel's address without ``@``, in lower case. Raises InvalidInput."""
    kept = text.strip().removeprefix("@").lower()
    if not HANDLE.fullmatch(kept):
        detail = "must be 4 to 32 of a-z, 0-9 and _, beginning with a letter"
        raise InvalidInput([Fault("#/handle", detail, "shape")])
    return kept


def client_id(text: str) -> str:
    """Return the id a client gave its message. Raises InvalidInput."""
    if not CLIENT_ID.fullmatch(text):
        detail = "must be 1 to 64 of A-Z, a-z, 0-9, _ and -"
        raise InvalidInput([Fault("#/client_id", detail, "shape")])
    return text
