from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0002_laws_of_orders'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='order',
            options={'default_permissions': ('view',), 'permissions': [('decide_order', 'Can decide on disputes')], 'verbose_name': 'order', 'verbose_name_plural': 'orders'},
        ),
    ]
