"""Every change of a route gets the next number, so that a poller misses none.

A number is taken before its transaction commits, so a smaller number may become visible after a
larger one; the advisory lock makes writers of routes take turns, which keeps the order.
"""

from django.db import migrations

FORWARD = """
create sequence miniapps_route_revision;
create function miniapps_route_number() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('miniapps_route_revision'));
  new.revision := nextval('miniapps_route_revision');
  return new;
end $$;
create trigger route_number before insert or update on miniapps_route
  for each row execute function miniapps_route_number();
"""
BACKWARD = """
drop trigger route_number on miniapps_route;
drop function miniapps_route_number();
drop sequence miniapps_route_revision;
"""


class Migration(migrations.Migration):
    dependencies = [("miniapps", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
