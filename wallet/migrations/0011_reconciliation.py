"""What the checks of the books found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0010_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReconciliationRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", core.ids.PublicIdField(prefix="rec")),
                ("depth", models.CharField(choices=[("recent", "All balances and what was booked lately"), ("full", "Everything that was ever booked")], max_length=6, verbose_name="depth")),
                ("state", models.CharField(choices=[("running", "Running"), ("clean", "The books agree"), ("differs", "Differences"), ("failed", "Could not be finished")], default="running", max_length=7, verbose_name="state")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("since_transfer", models.BigIntegerField(default=0)),
                ("trial_balance", models.JSONField(default=list)),
                ("clearing", models.JSONField(default=list)),
                ("standing", models.PositiveIntegerField(default=0, verbose_name="differences")),
                ("fresh", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("shortened", models.JSONField(default=list)),
                ("asked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="asked for by")),
            ],
            options={
                "verbose_name": "check of the books",
                "verbose_name_plural": "reconciliation",
                "permissions": [("run_reconciliation", "Can have the books checked now")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=120)),
                ("book", models.CharField(blank=True, default="", max_length=4)),
                ("amount_rials", models.BigIntegerField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("alarmed_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                ("first_run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="wallet.reconciliationrun")),
                ("last_run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="wallet.reconciliationrun")),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["-last_seen_at"], name="wallet_difference_seen")],
                "constraints": [models.UniqueConstraint(condition=models.Q(("gone_at", None)), fields=("code", "subject"), name="wallet_difference_stands_once")],
            },
        ),
    ]
