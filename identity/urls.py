"""Addresses of signing in and out."""

from django.urls import path

from identity import pages

urlpatterns = [
    path("signin/", pages.ask_phone, name="signin"),
    path("signin/code/", pages.ask_code, name="signin_code"),
    path("signin/code/again/", pages.send_again, name="signin_again"),
    path("signin/name/", pages.ask_name, name="signin_name"),
    path("signout/", pages.sign_out, name="signout"),
    path("language/", pages.set_language, name="set_language"),
]
