"""Addresses of the makers' console, under ``/console/``."""

from django.urls import path

from miniapps.pages import (
    apps,
    cases,
    keys,
    makers,
    manifests,
    money,
    money_exports,
    money_links,
    money_payment,
    payouts,
    releases,
    rules,
    simulator,
    versions,
    webhook_log,
    webhooks,
)

HOOKS = "apps/<str:app_id>/webhooks/"
MONEY = "makers/<str:maker_id>/money/"
PAYMENT = f"{MONEY}payments/<str:payment_id>/"
LINK = f"{MONEY}links/<str:link_id>/"
EXPORT = f"{MONEY}exports/<str:export_id>/"
HOOK = f"{HOOKS}endpoints/<str:endpoint_id>/"

urlpatterns = [
    path("", makers.home, name="console"),
    path("rules/", rules.rules, name="console_rules"),
    path("makers/new/", makers.found, name="console_found"),
    path("makers/<str:maker_id>/", makers.maker, name="console_maker"),
    path("makers/<str:maker_id>/members/", makers.set_member, name="console_member"),
    path("makers/<str:maker_id>/members/gone/", makers.remove_member, name="console_member_gone"),
    path("makers/<str:maker_id>/payouts/", payouts.maker_payouts, name="console_payouts"),
    path(
        "makers/<str:maker_id>/payouts/<str:payout_id>/",
        payouts.maker_payout,
        name="console_payout",
    ),
    path(MONEY, money.payments, name="console_money"),
    path(f"{MONEY}refunds/", money.refunds, name="console_money_refunds"),
    path(f"{MONEY}days/", money.days, name="console_money_days"),
    path(PAYMENT, money_payment.payment, name="console_money_payment"),
    path(f"{PAYMENT}refund/", money_payment.refund, name="console_money_refund"),
    path(f"{MONEY}links/", money_links.links, name="console_money_links"),
    path(LINK, money_links.link, name="console_money_link"),
    path(f"{LINK}print/", money_links.printed, name="console_money_link_print"),
    path(f"{LINK}switch/", money_links.switch, name="console_money_link_switch"),
    path(f"{MONEY}exports/", money_exports.ask, name="console_money_exports"),
    path(EXPORT, money_exports.export, name="console_money_export"),
    path(f"{EXPORT}file/", money_exports.file, name="console_money_export_file"),
    path("apps/<str:app_id>/money/", money.payments_of_app, name="console_app_money"),
    path("apps/<str:app_id>/simulator/", simulator.simulator, name="console_simulator"),
    path("apps/new/", apps.register, name="console_register"),
    path("apps/<str:app_id>/", apps.overview, name="console_app"),
    path("apps/<str:app_id>/listing/", apps.listing, name="console_listing"),
    path("apps/<str:app_id>/icon/", apps.set_icon, name="console_icon"),
    path("apps/<str:app_id>/history/", apps.history, name="console_history"),
    path("apps/<str:app_id>/settings/", apps.settings, name="console_settings"),
    path("apps/<str:app_id>/token/", apps.rotate_token, name="console_token"),
    path("apps/<str:app_id>/listed/", apps.set_listed, name="console_listed"),
    path("apps/<str:app_id>/archive/", apps.archive, name="console_archive"),
    path("apps/<str:app_id>/delete/", apps.delete, name="console_delete"),
    path("apps/<str:app_id>/versions/", apps.versions, name="console_versions"),
    path("apps/<str:app_id>/upload/", versions.upload, name="console_upload"),
    path("apps/<str:app_id>/releases/", releases.releases, name="console_releases"),
    path("apps/<str:app_id>/releases/new/", releases.release, name="console_release"),
    path("apps/<str:app_id>/releases/back/", releases.roll_back, name="console_roll_back"),
    path("apps/<str:app_id>/keys/", keys.keys, name="console_keys"),
    path(HOOKS, webhooks.endpoints_page, name="console_webhooks"),
    path(HOOK, webhooks.endpoint_page, name="console_webhook"),
    path(f"{HOOK}switch/", webhooks.switch, name="console_webhook_switch"),
    path(f"{HOOK}secret/", webhooks.rotate, name="console_webhook_secret"),
    path(f"{HOOK}old-secret/", webhooks.end_old_secret, name="console_webhook_old_secret"),
    path(f"{HOOK}test/", webhooks.send_test, name="console_webhook_test"),
    path(f"{HOOK}replay/", webhooks.replay_dead, name="console_webhook_replay_dead"),
    path(f"{HOOK}remove/", webhooks.remove, name="console_webhook_remove"),
    path(f"{HOOKS}log/", webhook_log.log, name="console_webhook_log"),
    path(f"{HOOKS}events/<str:event_id>/", webhook_log.event, name="console_webhook_event"),
    path(
        f"{HOOKS}events/<str:event_id>/replay/", webhook_log.replay, name="console_webhook_replay"
    ),
    path("versions/<str:version_id>/", versions.version, name="console_version"),
    path("versions/<str:version_id>/check/", versions.check, name="console_check"),
    path("versions/<str:version_id>/manifest/", manifests.manifest, name="console_manifest"),
    path("versions/<str:version_id>/preview/", versions.preview, name="console_preview"),
    path("versions/<str:version_id>/submit/", versions.submit, name="console_submit"),
    path("versions/<str:version_id>/withdraw/", versions.withdraw, name="console_withdraw"),
    path("cases/<str:case_id>/", cases.case, name="console_case"),
    path("cases/<str:case_id>/withdraw/", cases.withdraw, name="console_case_withdraw"),
    path("releases/<str:release_id>/percent/", releases.set_percent, name="console_percent"),
    path("releases/<str:release_id>/pause/", releases.pause, name="console_pause"),
    path("releases/<str:release_id>/resume/", releases.resume, name="console_resume"),
    path("keys/<str:key_id>/revoke/", keys.revoke, name="console_revoke"),
]
