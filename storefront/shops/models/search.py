"""What search reads: a narrow row a published product, and the words products are written in.

Written by functions of the database (migration 0003) that ``shops.search.refreshing`` calls.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from storefront.shops.models.catalogue import Product


class ProductSearch(models.Model):
    """A published product as search knows it. Apart from the product: its text is not hot."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    shop_id = models.IntegerField()
    category_id = models.SmallIntegerField(null=True)
    # By the pieces sold in thirty days (shops_tier); 1 at least for what is new, 0: nothing sold.
    tier = models.SmallIntegerField(default=0)
    quality = models.FloatField(default=1.0)  # 1 + ln(1 + sold)
    sold = models.IntegerField(default=0)  # pieces in thirty days
    min_price = models.BigIntegerField()  # rials
    name = models.CharField(max_length=120)  # core_tight of the title
    tsv = SearchVectorField()
    listed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class SearchWord(models.Model):
    """A word of titles, tags and descriptions, and in how many products it stands."""

    word = models.TextField(primary_key=True)
    ndoc = models.IntegerField(default=1)
    # The word, and it without each of its letters: made by the database from ``word``.
    less = ArrayField(models.TextField(), editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.word
