"""What happened to an order stays: events are written once, an order keeps what it was placed with."""

from django.db import migrations

FORWARD = """
create function orders_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% of % is refused', tg_op, tg_table_name
    using errcode = 'check_violation', constraint = tg_name;
end $$;
create trigger orders_event_stays before update or delete on orders_orderevent
  for each row execute function orders_refuse_change();
create trigger orders_order_kept before delete on orders_order
  for each row execute function orders_refuse_change();
create trigger orders_order_keeps_its_terms before update of public_id, shop_id, buyer_id, key,
  payment, escrow_id, goods_rials, discount_rials, shipping_rials, total_rials, address, shipping,
  created_at on orders_order for each row
  when ((old.public_id, old.shop_id, old.buyer_id, old.key, old.payment, old.escrow_id,
      old.goods_rials, old.discount_rials, old.shipping_rials, old.total_rials, old.address,
      old.shipping, old.created_at)
    is distinct from (new.public_id, new.shop_id, new.buyer_id, new.key, new.payment, new.escrow_id,
      new.goods_rials, new.discount_rials, new.shipping_rials, new.total_rials, new.address,
      new.shipping, new.created_at))
  execute function orders_refuse_change();
create trigger orders_line_keeps_its_terms before update of order_id, variant_id, title, quantity,
  unit_rials, paid_rials, rule_id, commission_rials on orders_orderline for each row
  when ((old.order_id, old.variant_id, old.title, old.quantity, old.unit_rials, old.paid_rials,
      old.rule_id, old.commission_rials)
    is distinct from (new.order_id, new.variant_id, new.title, new.quantity, new.unit_rials,
      new.paid_rials, new.rule_id, new.commission_rials))
  execute function orders_refuse_change();
create trigger orders_rule_stays before update or delete on orders_commissionrule
  for each row execute function orders_refuse_change();
"""
BACKWARD = """
drop trigger orders_rule_stays on orders_commissionrule;
drop trigger orders_line_keeps_its_terms on orders_orderline;
drop trigger orders_order_keeps_its_terms on orders_order;
drop trigger orders_order_kept on orders_order;
drop trigger orders_event_stays on orders_orderevent;
drop function orders_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
