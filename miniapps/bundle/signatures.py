"""Signatures: known malice by yara-x, keys and passwords by detect-secrets.

Both look at bytes and so see what the syntax tree does not: comments, maps, data. What a bundle
holds is public as soon as it is published, so a secret in it is a leak.
"""

import re
from functools import cache
from importlib.resources import files as package_files

import yara_x
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector

from miniapps.bundle.context import Context

DETECTORS: tuple[type[RegexBasedDetector], ...] = (
    AWSKeyDetector,
    GitHubTokenDetector,
    GitLabTokenDetector,
    NpmDetector,
    OpenAIDetector,
    PypiTokenDetector,
    SendGridDetector,
    SlackDetector,
    SquareOAuthDetector,
    StripeDetector,
)
OWN_PATTERNS = {
    "Telegram or Bale bot token": re.compile(
        r"(?<![0-9A-Za-z])[0-9]{8,10}:(?=[0-9A-Za-z_-]*[A-Z])(?=[0-9A-Za-z_-]*[a-z])"
        r"[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"
    ),
    "Barnamak key": re.compile(r"(?<![0-9A-Za-z])bnk_[0-9A-Za-z_]{16,}"),
}
AROUND_CHARS = 300  # characters looked at around a possible secret; lines of builds have no end
MATCHES_MAX = 50  # of one pattern in one file
HINT = "hint_"


@cache
def _rules() -> yara_x.Rules:
    compiler = yara_x.Compiler()
    compiler.add_source((package_files("miniapps.bundle") / "signatures.yar").read_text("utf-8"))
    return compiler.build()


@cache
def _detectors() -> tuple[RegexBasedDetector, ...]:
    return tuple(detector() for detector in DETECTORS)


def check_signatures(path: str, data: bytes, context: Context) -> None:
    """Add what the signatures find in the first bytes of a file, or in all of a text.

    A scanner that fails or takes too long makes the file refused, never passed.
    """
    scanner = yara_x.Scanner(_rules())
    scanner.set_timeout(context.limits.scan_file_s)
    scanner.max_matches_per_pattern(MATCHES_MAX)
    try:
        results = scanner.scan(data)
    except (yara_x.ScanError, yara_x.TimeoutError) as fault:
        context.findings.add("scanner-failed", path, scanner="yara-x", error=type(fault).__name__)
        return
    for rule in results.matching_rules:
        matches = [match for pattern in rule.patterns for match in pattern.matches]
        if rule.identifier.startswith(HINT):
            _check_secrets(path, data, [match.offset for match in matches], context)
            continue
        for match in matches:
            line = data.count(b"\n", 0, match.offset) + 1
            context.findings.add(rule.identifier.replace("_", "-"), path, line)


def _check_secrets(path: str, data: bytes, offsets: list[int], context: Context) -> None:
    for offset in offsets:
        line = data.count(b"\n", 0, offset) + 1
        start = max(0, offset - AROUND_CHARS, data.rfind(b"\n", 0, offset) + 1)
        end = data.find(b"\n", offset, offset + AROUND_CHARS)
        around = data[start : end if end >= 0 else offset + AROUND_CHARS]
        text = around.decode("utf-8", "replace")
        for kind in _kinds_of_secrets(text):
            context.findings.add("secret-found", path, line, kind=kind)


def _kinds_of_secrets(text: str) -> list[str]:
    kinds = [kind for kind, pattern in OWN_PATTERNS.items() if pattern.search(text)]
    kinds += [
        str(detector.secret_type)
        for detector in _detectors()
        if any(True for _ in detector.analyze_string(text))
    ]
    return kinds
