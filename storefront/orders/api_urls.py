"""Addresses of the shops' API, below /api/v1/."""

from django.urls import path

from storefront.orders import orders_api
from storefront.shops import shop_api

SHOP = "shops/<str:shop_id>/"

urlpatterns = [
    path(SHOP + "products", shop_api.Products.as_view()),
    path(SHOP + "products/<str:product_id>", shop_api.OneProduct.as_view()),
    path(SHOP + "figures", shop_api.Figures.as_view()),
    path(SHOP + "orders", orders_api.Orders.as_view()),
    path(SHOP + "orders/<str:order_id>", orders_api.OneOrder.as_view()),
    path(SHOP + "orders/<str:order_id>/steps", orders_api.OrderSteps.as_view()),
    path(SHOP + "orders/<str:order_id>/parcels", orders_api.OrderParcels.as_view()),
]
