"""Addresses of the host's screens."""

from django.urls import path

from host import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("chats/<str:chat_id>/", pages.chat, name="chat"),
    path("c/<str:handle>/", pages.channel, name="channel"),
    path("a/<str:name>", pages.app, name="app"),
    path("apps/", pages.apps, name="apps"),
    path("account/", pages.account, name="account"),
    path("account/name/", pages.change_name, name="account_name"),
    path("account/devices/", pages.end_device, name="account_devices"),
    path("account/consents/", pages.revoke, name="account_consents"),
]
