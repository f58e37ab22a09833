"""What runs out, kept beside the stock by the database itself, so that a desk reads it by its shop.

The trigger runs only where few are left before or after a change: selling from a full shelf costs
the comparison, and the row of the stock stays narrow and is updated in place (ADR 0016).
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
create function shops_keep_low() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    delete from shops_lowstock where variant_id = old.variant_id;
  elsif new.on_hand - new.reserved <= 3 then
    insert into shops_lowstock as low (variant_id, shop_id, free)
    select new.variant_id, v.shop_id, new.on_hand - new.reserved
      from shops_variant v where v.id = new.variant_id
    on conflict (variant_id) do update set free = excluded.free where low.free <> excluded.free;
  else
    delete from shops_lowstock where variant_id = new.variant_id;
  end if;
  return null;
end $$;
create trigger shops_stock_begins_low after insert on shops_stock for each row
  when (new.on_hand - new.reserved <= 3) execute function shops_keep_low();
create trigger shops_stock_runs_low after update of on_hand, reserved on shops_stock for each row
  when (new.on_hand - new.reserved <= 3 or old.on_hand - old.reserved <= 3)
  execute function shops_keep_low();
create trigger shops_stock_was_low after delete on shops_stock for each row
  when (old.on_hand - old.reserved <= 3) execute function shops_keep_low();
insert into shops_lowstock (variant_id, shop_id, free)
select s.variant_id, v.shop_id, s.on_hand - s.reserved
  from shops_stock s join shops_variant v on v.id = s.variant_id
 where s.on_hand - s.reserved <= 3;
"""
BACKWARD = """
drop trigger shops_stock_begins_low on shops_stock;
drop trigger shops_stock_runs_low on shops_stock;
drop trigger shops_stock_was_low on shops_stock;
drop function shops_keep_low();
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0009_finer_tiers")]
    operations = [
        migrations.CreateModel(
            name="LowStock",
            fields=[
                (
                    "variant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="shops.variant",
                    ),
                ),
                ("shop_id", models.IntegerField()),
                ("free", models.IntegerField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["shop_id", "free", "variant"], name="shops_low_first")
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
