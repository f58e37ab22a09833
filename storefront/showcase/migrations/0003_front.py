"""The rows of the first page as they were chosen last, and kinship that a page reads from its index.

The kin are made anew every night; those of before are thrown away.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("showcase", "0002_products_are_reported_to_shops")]
    operations = [
        migrations.CreateModel(
            name="Front",
            fields=[
                ("kind", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("cards", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL("delete from showcase_kin", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="kin", name="showcase_kin_once"),
        migrations.AddField(
            model_name="kin",
            name="chat_id",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="kin",
            constraint=models.UniqueConstraint(
                fields=("follows", "listing"),
                include=("chat_id", "likeness"),
                name="showcase_kin_of_channel",
            ),
        ),
    ]
