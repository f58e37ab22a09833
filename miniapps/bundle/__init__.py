"""A bundle: an uploaded zip, read without trusting one byte. Pure: bytes in, findings out."""

from miniapps.bundle.inspection import BundleChanged, BundleRefused, inspect, open_files
from miniapps.bundle.limits import Limits
from miniapps.bundle.manifest import schema, start_page
from miniapps.bundle.report import FileFacts, Finding, Hints, Report
from miniapps.bundle.rules import RULES, Described, Rule, describe
from miniapps.bundle.suggestion import suggest

__all__ = [
    "RULES",
    "BundleChanged",
    "BundleRefused",
    "Described",
    "FileFacts",
    "Finding",
    "Hints",
    "Limits",
    "Report",
    "Rule",
    "describe",
    "inspect",
    "open_files",
    "schema",
    "start_page",
    "suggest",
]
