"""Addresses of shops: their pictures, opening one, and the desks of those who work there."""

from django.urls import path

from storefront.shops import files
from storefront.shops.pages import (
    home,
    keys,
    numbers,
    opening,
    people,
    posts,
    product,
    products,
    reports,
    settings,
    standing,
)

DESK = "shops/desk/<str:shop_name>/"
PRODUCT = DESK + "products/<str:product_id>/"

urlpatterns = [
    path("pictures/<str:digest>-<str:size>.webp", files.picture, name="picture"),
    path("shops/new/", opening.new, name="shop_new"),
    path("shops/new/address/", opening.address, name="shop_new_address"),
    path("shops/report/<str:shop_name>/", reports.report, name="shop_report"),
    path("shops/desk/", home.mine, name="shops_mine"),
    path(DESK, home.desk, name="shop_desk"),
    path(DESK + "first/", opening.first, name="shop_first"),
    path(DESK + "door/", opening.door, name="shop_door"),
    path(DESK + "state/", opening.change_state, name="shop_state"),
    path(DESK + "products/", products.products, name="shop_products"),
    path(DESK + "products/new/", products.new_product, name="shop_product_new"),
    path(PRODUCT, product.product, name="shop_product"),
    path(PRODUCT + "status/", products.set_status, name="shop_product_status"),
    path(PRODUCT + "quick/", products.quick, name="shop_product_quick"),
    path(PRODUCT + "options/", product.set_options, name="shop_product_options"),
    path(PRODUCT + "pictures/", product.add_pictures, name="shop_product_pictures"),
    path(PRODUCT + "pictures/order/", product.arrange_pictures, name="shop_pictures_order"),
    path(DESK + "posts/", posts.posts, name="shop_posts"),
    path(DESK + "posts/new/", posts.write, name="shop_post_new"),
    path(DESK + "posts/<str:post_id>/off/", posts.call_off, name="shop_post_off"),
    path(DESK + "numbers/", numbers.shown, name="shop_numbers"),
    path(DESK + "staff/", people.people, name="shop_staff"),
    path(DESK + "staff/add/", people.appoint, name="shop_staff_add"),
    path(DESK + "staff/<str:person_id>/", people.change, name="shop_staff_change"),
    path(DESK + "keys/", keys.keys, name="shop_keys"),
    path(DESK + "keys/<str:key_id>/revoke/", keys.revoke, name="shop_key_revoke"),
    path(DESK + "settings/", settings.settings, name="shop_settings"),
    path(DESK + "logo/", settings.set_logo, name="shop_logo"),
    path(DESK + "standing/", standing.standing, name="shop_standing"),
    path(DESK + "standing/ask/", standing.ask, name="shop_verify"),
    path(DESK + "standing/<str:takedown_id>/", standing.appeal, name="shop_appeal"),
]
