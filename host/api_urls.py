"""Addresses of launches, tokens and mini-apps in a chat, below /api/v1/."""

from django.urls import path

from host import api, chat_api

urlpatterns = [
    path("launches", api.LaunchView.as_view()),
    path("tokens/introspect", api.IntrospectionView.as_view()),
    path("chats/<str:chat_id>/apps", chat_api.ChatApps.as_view()),
    path("chats/<str:chat_id>/apps/<str:app_id>", chat_api.OneChatApp.as_view()),
    path("chats/<str:chat_id>/cards", chat_api.AppCards.as_view()),
]
