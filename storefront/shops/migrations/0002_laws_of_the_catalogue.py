"""A variant is of its product's shop, and the row that counts stock leaves room for its changes."""

from django.db import migrations

FORWARD = """
alter table shops_variant add constraint shops_variant_of_its_products_shop
  foreign key (shop_id, product_id) references shops_product (shop_id, id)
  deferrable initially deferred;
-- A sale writes this row only: room on its page keeps the new version beside the old one (HOT).
alter table shops_stock set (fillfactor = 70);
"""
BACKWARD = """
alter table shops_stock reset (fillfactor);
alter table shops_variant drop constraint shops_variant_of_its_products_shop;
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
