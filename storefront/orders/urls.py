"""Addresses of carts and orders."""

from django.urls import path

from storefront.orders import (
    address_pages,
    cart_pages,
    checkout_pages,
    order_pages,
    settlement_pages,
    step_pages,
    terms_pages,
)

urlpatterns = [
    path("cart/", cart_pages.all_carts, name="carts"),
    path("cart/<str:shop_name>/", cart_pages.cart, name="cart"),
    path("cart/<str:shop_name>/add/", cart_pages.add, name="cart_add"),
    path("cart/<str:shop_name>/seen/", cart_pages.seen, name="cart_seen"),
    path("cart/<str:shop_name>/checkout/", checkout_pages.checkout, name="checkout"),
    path("cart/<str:shop_name>/lines/<str:variant_id>/", cart_pages.change, name="cart_line"),
    path("orders/", order_pages.mine, name="orders"),
    path("orders/addresses/", address_pages.book, name="addresses"),
    path("orders/addresses/<str:address_id>/", address_pages.forget, name="address_forget"),
    path("orders/in/<str:shop_name>/", order_pages.of_shop, name="shop_orders"),
    path("orders/in/<str:shop_name>/money/", settlement_pages.money, name="shop_money"),
    path("orders/in/<str:shop_name>/terms/", terms_pages.shop_terms, name="shop_terms"),
    path("orders/in/<str:shop_name>/rates/", terms_pages.add_rate, name="shop_rates"),
    path(
        "orders/in/<str:shop_name>/rates/<str:rate_id>/",
        terms_pages.close_rate,
        name="shop_rate_close",
    ),
    path("orders/in/<str:shop_name>/coupons/", terms_pages.add_coupon, name="shop_coupons"),
    path(
        "orders/in/<str:shop_name>/coupons/<str:coupon_id>/",
        terms_pages.end_coupon,
        name="shop_coupon_end",
    ),
    path("orders/<str:order_id>/", order_pages.order, name="order"),
    path("orders/<str:order_id>/again/", step_pages.again, name="order_again"),
    path("orders/<str:order_id>/parcels/", step_pages.send, name="order_send"),
    path("orders/<str:order_id>/returns/", step_pages.ask_return, name="order_return"),
    path(
        "orders/<str:order_id>/returns/<str:return_id>/",
        step_pages.decide_return,
        name="order_return_decide",
    ),
    path("orders/<str:order_id>/steps/<str:event>/", step_pages.take, name="order_step"),
]
