"""The audit trail is append-only by law of the database."""

from django.db import migrations

FORWARD = """
create function core_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger audit_append_only before update or delete on core_auditevent
  for each row execute function core_refuse_change();
create trigger audit_no_truncate before truncate on core_auditevent
  for each statement execute function core_refuse_change();
"""
BACKWARD = """
drop trigger audit_append_only on core_auditevent;
drop trigger audit_no_truncate on core_auditevent;
drop function core_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_actor")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
