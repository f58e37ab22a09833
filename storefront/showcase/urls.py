"""Addresses of the Showcase and of the public pages it leads to."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from storefront.showcase.pages import crawling, fronts, home, opinions


class ProductId(StringConverter):
    """A product's public id: beside it stand the other pages of a shop."""

    regex = "prd_[0-9a-z]{26}"


register_converter(ProductId, "product")

urlpatterns = [
    path("showcase/", home.showcase, name="showcase"),
    path("showcase/search/", home.search, name="showcase_search"),
    path("showcase/suggest/", home.suggest, name="showcase_suggest"),
    path("showcase/own/", home.own, name="showcase_own"),
    path("showcase/collections/<str:collection_id>/", home.collection, name="collection"),
    path("showcase/listings/<str:listing_id>/pin/", home.pin, name="listing_pin"),
    path("showcase/listings/<str:listing_id>/rate/", opinions.rate, name="listing_rate"),
    path("showcase/ratings/<str:rating_id>/reply/", opinions.reply, name="rating_reply"),
    path("showcase/report/<str:thing_id>/", opinions.report, name="report"),
    path("apps/<slug:name>/", fronts.app, name="app_page"),
    path("apps/<slug:name>/card.png", fronts.app_card, name="app_card"),
    path("shops/<str:shop_name>/", fronts.shop, name="shop_page"),
    path("shops/<str:shop_name>/card.png", fronts.shop_card, name="shop_card"),
    path("shops/<str:shop_name>/follow/", fronts.follow, name="shop_follow"),
    path("shops/<str:shop_name>/<product:product_id>/", fronts.product, name="product_page"),
    path(
        "shops/<str:shop_name>/<product:product_id>/review/", opinions.review, name="product_review"
    ),
    path("robots.txt", crawling.robots, name="robots"),
    path("sitemap.xml", crawling.sitemap, name="sitemap"),
    path("sitemap-<str:part>.xml", crawling.sitemap_part, name="sitemap_part"),
]
