"""Addresses of the host's screens."""

from django.urls import path

from host import pages, pay_pages, runner, wallet_pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("chats/<str:chat_id>/", pages.chat, name="chat"),
    path("c/<str:handle>/", pages.channel, name="channel"),
    path("a/<str:name>", pages.app, name="app"),
    path("run/<str:launch_id>", runner.run, name="run"),
    path("run/<str:launch_id>/consent", runner.consent, name="run_consent"),
    path("run/<str:launch_id>/bridge", runner.bridge, name="run_bridge"),
    path("apps/", pages.apps, name="apps"),
    path("account/", pages.account, name="account"),
    path("account/name/", pages.change_name, name="account_name"),
    path("account/devices/", pages.end_device, name="account_devices"),
    path("account/consents/", pages.revoke, name="account_consents"),
    path("wallet/", wallet_pages.wallet, name="wallet"),
    path("wallet/pin/", wallet_pages.pin, name="wallet_pin"),
    path("wallet/pin/free/", wallet_pages.free_amount, name="wallet_pin_free"),
    path("wallet/payments/<str:payment_id>/", wallet_pages.receipt, name="receipt"),
    path("pay/l/<str:link_id>", pay_pages.link, name="pay_link"),
    path("pay/<str:invoice_id>", pay_pages.invoice, name="pay"),
    path("pay/<str:invoice_id>/call", pay_pages.call, name="pay_call"),
]
