"""What is said of a movement is about a movement, and the parts of a split sum to its amount."""

from django.db import migrations

FORWARD = """
create function storefront_remark_law() returns trigger language plpgsql as $$
begin
  if not exists (
    select from public.wallet_posting p join public.wallet_transfer t on t.id = p.transfer_id
     where p.account_id = new.account_id and p.seq = new.seq and t.kind in ('posted', 'post')
  ) then
    raise exception 'a remark is about a movement of its account'
      using errcode = 'check_violation', constraint = 'storefront_remark_of_a_movement';
  end if;
  return new;
end $$;
create trigger storefront_remark_lawful before insert or update of account_id, seq
  on storefront_remark for each row execute function storefront_remark_law();

-- Judged at commit: a split is written part by part.
create function storefront_parts_law() returns trigger language plpgsql as $$
declare
  asked bigint := case tg_op when 'DELETE' then old.remark_id else new.remark_id end;
  parts bigint;
  whole bigint;
begin
  select sum(part.amount_rials), t.amount_rials into parts, whole
    from public.storefront_part part
    join public.storefront_remark remark on remark.id = part.remark_id
    join public.wallet_posting p on p.account_id = remark.account_id and p.seq = remark.seq
    join public.wallet_transfer t on t.id = p.transfer_id
   where part.remark_id = asked group by t.amount_rials;
  if parts <> whole then
    raise exception 'the parts of a split sum to its amount'
      using errcode = 'check_violation', constraint = 'storefront_parts_sum_to_the_amount';
  end if;
  return null;
end $$;
create constraint trigger storefront_parts_lawful after insert or update or delete
  on storefront_part deferrable initially deferred
  for each row execute function storefront_parts_law();
create function storefront_part_stays() returns trigger language plpgsql as $$
begin
  raise exception 'a part stays with its remark'
    using errcode = 'check_violation', constraint = 'storefront_part_stays';
end $$;
create trigger storefront_part_stays before update of remark_id on storefront_part
  for each row when (old.remark_id <> new.remark_id) execute function storefront_part_stays();
"""
BACKWARD = """
drop trigger storefront_part_stays on storefront_part;
drop function storefront_part_stays();
drop trigger storefront_parts_lawful on storefront_part;
drop function storefront_parts_law();
drop trigger storefront_remark_lawful on storefront_remark;
drop function storefront_remark_law();
"""


class Migration(migrations.Migration):
    dependencies = [("storefront", "0001_initial"), ("wallet", "0002_laws_of_the_ledger")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
