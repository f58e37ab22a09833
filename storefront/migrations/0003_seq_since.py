"""Where in an account's postings a moment is: by growing steps back, then by halving."""

from django.db import migrations

# Postings of an account are numbered without gaps, and their times grow with the numbers but for
# the moment in which two wait for the same account: whoever asks leaves room for it. What is asked
# for is most often near the end, so the steps begin there: the length of the past costs nothing.
FORWARD = """
create function storefront_time_of(asked_account bigint, asked_seq bigint) returns timestamptz
language sql stable strict parallel safe as $$
  select t.created_at from public.wallet_posting p
    join public.wallet_transfer t on t.id = p.transfer_id
   where p.account_id = asked_account and p.seq = asked_seq
$$;
create function storefront_seq_since(asked_account bigint, moment timestamptz) returns bigint
language plpgsql stable strict parallel safe as $$
declare
  high bigint := coalesce((select seq from public.wallet_account where id = asked_account), 0) + 1;
  low bigint := 1;
  middle bigint;
  step bigint := 32;
begin
  while high - step > low loop
    if public.storefront_time_of(asked_account, high - step) < moment then
      low := high - step + 1;
      exit;
    end if;
    high := high - step;
    step := step * 2;
  end loop;
  while low < high loop
    middle := (low + high) / 2;
    if public.storefront_time_of(asked_account, middle) < moment then
      low := middle + 1;
    else
      high := middle;
    end if;
  end loop;
  return low;
end $$;
"""
BACKWARD = """
drop function storefront_seq_since(bigint, timestamptz);
drop function storefront_time_of(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("storefront", "0002_laws_of_remarks"),
        ("core", "0005_folded_text"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
