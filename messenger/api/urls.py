"""Addresses of the chats API, below /api/v1/."""

from django.urls import path

from messenger.api import views

urlpatterns = [
    path("chats", views.Chats.as_view()),
    path("chats/join", views.Join.as_view()),
    path("chats/<str:chat_id>", views.OneChat.as_view()),
    path("chats/<str:chat_id>/messages", views.Messages.as_view()),
    path("chats/<str:chat_id>/read", views.Read.as_view()),
    path("chats/<str:chat_id>/members", views.Members.as_view()),
    path("chats/<str:chat_id>/members/<str:person_id>", views.OneMember.as_view()),
    path("contacts", views.Contacts.as_view()),
    path("channels", views.Channels.as_view()),
]
