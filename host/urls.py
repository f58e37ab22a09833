"""Addresses of the host's screens."""

from django.urls import path

from host import desk, home_screen, money_in_out, pages, pay_pages, runner, wallet_pages
from host.bank_return import BankReturn

urlpatterns = [
    path("", pages.home, name="home"),
    path("chats/<str:chat_id>/", pages.chat, name="chat"),
    path("c/<str:handle>/", pages.channel, name="channel"),
    path("a/<str:name>", pages.app, name="app"),
    path("a/<str:name>/home", home_screen.page, name="home_screen"),
    path("a/<str:name>/home.webmanifest", home_screen.manifest, name="home_manifest"),
    path("run/<str:launch_id>", runner.run, name="run"),
    path("run/<str:launch_id>/consent", runner.consent, name="run_consent"),
    path("run/<str:launch_id>/bridge", runner.bridge, name="run_bridge"),
    path("console/apps/<str:app_id>/desk/", desk.desk, name="console_desk"),
    path("console/apps/<str:app_id>/desk/run", desk.run, name="console_desk_run"),
    path("console/apps/<str:app_id>/desk/call", desk.call, name="console_desk_call"),
    path("sdk/<str:name>", desk.own_file, name="own_file"),
    path("apps/", pages.apps, name="apps"),
    path("account/", pages.account, name="account"),
    path("account/name/", pages.change_name, name="account_name"),
    path("account/devices/", pages.end_device, name="account_devices"),
    path("account/consents/", pages.revoke, name="account_consents"),
    path("wallet/pin/", wallet_pages.pin, name="wallet_pin"),
    path("wallet/pin/free/", wallet_pages.free_amount, name="wallet_pin_free"),
    path("wallet/payments/<str:payment_id>/", wallet_pages.receipt, name="receipt"),
    path("pay/l/<str:link_id>", pay_pages.link, name="pay_link"),
    path("pay/<str:invoice_id>", pay_pages.invoice, name="pay"),
    path("pay/<str:invoice_id>/call", pay_pages.call, name="pay_call"),
    path("wallet/topup/", money_in_out.top_up, name="top_up"),
    path("wallet/topup/<str:top_up_id>/", money_in_out.top_up_state, name="top_up_state"),
    path("wallet/topup/<str:top_up_id>/go/", money_in_out.go, name="top_up_go"),
    path("wallet/topup/<str:top_up_id>/ask/", money_in_out.ask, name="top_up_ask"),
    path("wallet/back/<str:top_up_id>", BankReturn.as_view(), name="bank_return"),
    path("wallet/cashout/", money_in_out.cash_out, name="cash_out"),
    path("wallet/cashout/sheba/", money_in_out.check_sheba, name="cash_out_sheba"),
    path("wallet/cashout/<str:cash_out_id>/", money_in_out.payout, name="payout"),
]
