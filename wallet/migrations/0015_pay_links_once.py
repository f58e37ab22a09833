"""A form that is sent twice makes one pay link."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0014_order_refs")]

    operations = [
        migrations.AddField(
            model_name="paylink",
            name="key",
            field=models.CharField(max_length=320, null=True, unique=True),
        ),
    ]
