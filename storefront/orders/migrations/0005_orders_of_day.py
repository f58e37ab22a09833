"""What a shop has sold today is asked by every order: by the day, not by all it ever sold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_told_seq")]
    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["shop", "created_at"], name="orders_of_day"),
        ),
    ]
