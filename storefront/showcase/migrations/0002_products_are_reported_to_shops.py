"""What was said against products, and against shops, goes to the one queue of shops."""

from django.db import migrations, models
from django.db.models import Q

_MOVE = """
insert into shops_report (public_id, shop_id, product_id, person_id, reason, text, created_at,
    closed_at)
select r.public_id, coalesce(l.shop_id, p.shop_id), r.product_id, r.person_id,
       case r.reason when 'insult' then 'rude' when 'false' then 'misleading' else r.reason end,
       r.text, r.created_at, case when r.state <> 'open' then coalesce(r.decided_at, now()) end
  from showcase_report r
  left join showcase_listing l on l.id = r.listing_id
  left join shops_product p on p.id = r.product_id
 where l.shop_id is not null or r.product_id is not null
on conflict do nothing;
delete from showcase_report r
 where r.product_id is not null
    or r.listing_id in (select id from showcase_listing where shop_id is not null);
set constraints all immediate;
"""


class Migration(migrations.Migration):
    """Reports keep apps, channels and ratings."""

    dependencies = [
        ("showcase", "0001_initial"),
        ("shops", "0006_standing"),
    ]

    operations = [
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="report", name="showcase_report_of_one_thing"),
        migrations.RemoveConstraint(model_name="report", name="showcase_report_once"),
        migrations.RemoveField(model_name="report", name="product"),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=Q(listing__isnull=False, rating=None)
                | Q(listing=None, rating__isnull=False),
                name="showcase_report_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=["person", "listing", "rating"],
                nulls_distinct=False,
                name="showcase_report_once",
            ),
        ),
    ]
