"""Where in an account's postings a moment is: found by halving, at the cost of a few rows."""

from django.db import migrations

# Postings of an account are numbered without gaps, and their times grow with the numbers but for
# the moment in which two wait for the same account: whoever asks leaves room for it.
FORWARD = """
create function storefront_seq_since(asked_account bigint, moment timestamptz) returns bigint
language plpgsql stable strict parallel safe as $$
declare
  low bigint := 1;
  high bigint := coalesce((select seq from public.wallet_account where id = asked_account), 0) + 1;
  middle bigint;
  seen timestamptz;
begin
  while low < high loop
    middle := (low + high) / 2;
    select t.created_at into seen from public.wallet_posting p
      join public.wallet_transfer t on t.id = p.transfer_id
     where p.account_id = asked_account and p.seq = middle;
    if seen < moment then
      low := middle + 1;
    else
      high := middle;
    end if;
  end loop;
  return low;
end $$;
"""
BACKWARD = "drop function storefront_seq_since(bigint, timestamptz);"


class Migration(migrations.Migration):
    dependencies = [
        ("storefront", "0002_laws_of_remarks"),
        ("core", "0005_folded_text"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
