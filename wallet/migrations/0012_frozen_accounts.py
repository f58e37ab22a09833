"""Frozen accounts are few among very many: an index that holds only them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("wallet", "0011_reconciliation")]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                condition=models.Q(("frozen", True)), fields=["id"], name="wallet_account_frozen"
            ),
        ),
    ]
