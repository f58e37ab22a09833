"""Addresses of the makers' API, below /api/v1/."""

from django.urls import path

from miniapps.api import messages, money, views, webhooks

urlpatterns = [
    path("makers", views.Makers.as_view()),
    path("apps", views.Apps.as_view()),
    path("apps/<str:app_id>", views.OneApp.as_view()),
    path("apps/<str:app_id>/icon", views.AppIcon.as_view()),
    path("apps/<str:app_id>/token", views.AppToken.as_view()),
    path("apps/<str:app_id>/versions", views.Versions.as_view()),
    path("apps/<str:app_id>/submissions", views.Submissions.as_view()),
    path("apps/<str:app_id>/releases", views.Releases.as_view()),
    path("apps/<str:app_id>/roll-back", views.RollBacks.as_view()),
    path("apps/<str:app_id>/keys", views.Keys.as_view()),
    path("apps/<str:app_id>/webhooks/endpoints", webhooks.Endpoints.as_view()),
    path("apps/<str:app_id>/webhooks/endpoints/<str:endpoint_id>", webhooks.OneEndpoint.as_view()),
    path(
        "apps/<str:app_id>/webhooks/endpoints/<str:endpoint_id>/secret",
        webhooks.EndpointSecret.as_view(),
    ),
    path(
        "apps/<str:app_id>/webhooks/endpoints/<str:endpoint_id>/old-secret",
        webhooks.OldSecret.as_view(),
    ),
    path(
        "apps/<str:app_id>/webhooks/endpoints/<str:endpoint_id>/test",
        webhooks.EndpointTests.as_view(),
    ),
    path(
        "apps/<str:app_id>/webhooks/endpoints/<str:endpoint_id>/replay",
        webhooks.EndpointReplays.as_view(),
    ),
    path("apps/<str:app_id>/webhooks/events", webhooks.Events.as_view()),
    path("apps/<str:app_id>/webhooks/events/<str:event_id>", webhooks.OneEvent.as_view()),
    path(
        "apps/<str:app_id>/webhooks/events/<str:event_id>/replay",
        webhooks.EventReplays.as_view(),
    ),
    path("apps/<str:app_id>/webhooks/deliveries", webhooks.Deliveries.as_view()),
    path("apps/<str:app_id>/invoices", money.Invoices.as_view()),
    path("apps/<str:app_id>/invoices/<str:invoice_id>", money.OneInvoice.as_view()),
    path("apps/<str:app_id>/invoices/<str:invoice_id>/cancel", money.InvoiceCancellation.as_view()),
    path("apps/<str:app_id>/payments", money.Payments.as_view()),
    path("apps/<str:app_id>/prepared-messages", messages.PreparedMessages.as_view()),
    path("apps/<str:app_id>/balance", money.Balance.as_view()),
    path("invoices", money.KeysInvoices.as_view()),
    path("payments/<str:payment_id>", money.OnePayment.as_view()),
    path("payments/<str:payment_id>/refunds", money.Refunds.as_view()),
    path("versions/<str:version_id>", views.OneVersion.as_view()),
    path("versions/<str:version_id>/manifest", views.VersionManifest.as_view()),
    path("versions/<str:version_id>/withdraw", views.VersionWithdrawal.as_view()),
    path("submissions/<str:submission_id>", views.OneSubmission.as_view()),
    path("submissions/<str:submission_id>/withdraw", views.SubmissionWithdrawal.as_view()),
    path("releases/<str:release_id>", views.OneRelease.as_view()),
    path("keys/<str:key_id>", views.OneKey.as_view()),
]
