"""Rows of the Showcase, one module a subject."""

from storefront.showcase.models.editorial import Collection, CollectionItem, Slot
from storefront.showcase.models.listing import Day, Front, Kin, Listing, Mark, Pin, Taste
from storefront.showcase.models.opinion import ProductScore, Rating, Report

__all__ = [
    "Collection",
    "CollectionItem",
    "Day",
    "Front",
    "Kin",
    "Listing",
    "Mark",
    "Pin",
    "ProductScore",
    "Rating",
    "Report",
    "Slot",
    "Taste",
]
