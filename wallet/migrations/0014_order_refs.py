"""An invoice is found by its merchant's reference; those without one are left out of the index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("wallet", "0013_corrections_about")]

    operations = [
        AddIndexConcurrently(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("order_ref", ""), _negated=True),
                fields=["order_ref", "maker"],
                name="wallet_invoice_order_ref",
            ),
        ),
    ]
