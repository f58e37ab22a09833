"""Signatures: known malice by yara-x, keys and passwords by detect-secrets.

Both look at bytes and so see what the syntax tree does not: comments, maps, data. What a bundle
holds is public as soon as it is published, so a secret in it is a leak.
"""

import re
from functools import cache
from importlib import import_module
from importlib.resources import files as package_files
from typing import TYPE_CHECKING

import yara_x

from miniapps.bundle.context import Context
from miniapps.bundle.report import Dialect

if TYPE_CHECKING:
    from detect_secrets.plugins.base import RegexBasedDetector

# Modules of detect_secrets.plugins and their classes.
DETECTORS = {
    "aws": "AWSKeyDetector",
    "github_token": "GitHubTokenDetector",
    "gitlab_token": "GitLabTokenDetector",
    "npm": "NpmDetector",
    "openai": "OpenAIDetector",
    "pypi_token": "PypiTokenDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "square_oauth": "SquareOAuthDetector",
    "stripe": "StripeDetector",
}
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
KEYS_HINT = "hint_secret"  # the name of a rule in signatures.yar
DIALECTS: dict[str, Dialect] = {
    "speaks_telegram": "telegram",
    "speaks_bale": "bale",
    "speaks_barnamak": "barnamak",
}


@cache
def _rules() -> yara_x.Rules:
    compiler = yara_x.Compiler()
    compiler.add_source((package_files("miniapps.bundle") / "signatures.yar").read_text("utf-8"))
    return compiler.build()


@cache
def _detectors() -> tuple["RegexBasedDetector", ...]:
    # Loaded at the first hint: most bundles hold no secret, and the library is slow to load.
    return tuple(
        getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
        for module, name in DETECTORS.items()
    )


def check_signatures(path: str, data: bytes, context: Context) -> frozenset[str]:
    """Add what the signatures find in the first bytes of a file, or in all of a text.

    Gives the hints for other scanners. A scanner that fails or takes too long makes the file
    refused, never passed.
    """
    scanner = yara_x.Scanner(_rules())
    scanner.set_timeout(context.limits.scan_file_s)
    scanner.max_matches_per_pattern(MATCHES_MAX)
    try:
        results = scanner.scan(data)
    except (yara_x.ScanError, yara_x.TimeoutError) as fault:
        context.findings.add("scanner-failed", path, scanner="yara-x", error=type(fault).__name__)
        return frozenset()
    hints = set()
    for rule in results.matching_rules:
        name = rule.identifier
        offsets = [match.offset for pattern in rule.patterns for match in pattern.matches]
        if name in DIALECTS:
            context.speaks.add(DIALECTS[name])
        elif name == KEYS_HINT:
            _check_secrets(path, data, offsets, context)
        elif name.startswith(HINT):
            hints.add(name)
        else:
            for offset in offsets:
                line = data.count(b"\n", 0, offset) + 1
                context.findings.add(name.replace("_", "-"), path, line)
    return frozenset(hints)


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
