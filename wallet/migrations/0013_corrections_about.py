"""A correction may be about a payment, a top-up or a cash-out: its transfer then stands with theirs."""

from django.db import migrations, models

FORWARD = """
-- Whatever it reads is named with its schema, as in migration 0002.
create or replace function wallet_correction_law() returns trigger language plpgsql as $$
declare
  t public.wallet_transfer%rowtype;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'proposed' then
      perform public.wallet_refuse('correction-undecided', new.public_id);
    elsif (select count(*) from public.wallet_account
           where id in (new.debit_account_id, new.credit_account_id) and book = new.book) <> 2 then
      perform public.wallet_refuse('books-differ', new.public_id);
    end if;
    return new;
  end if;
  if old.state <> 'proposed' or new.state = 'proposed'
     or (new.id, new.public_id, new.book, new.debit_account_id, new.credit_account_id,
         new.amount_rials, new.reason, new.about, new.proposed_by_id, new.proposed_at,
         new.expires_at)
     <> (old.id, old.public_id, old.book, old.debit_account_id, old.credit_account_id,
         old.amount_rials, old.reason, old.about, old.proposed_by_id, old.proposed_at,
         old.expires_at) then
    perform public.wallet_refuse('correction-immutable', old.public_id);
  end if;
  if new.state = 'approved' then
    select * into t from public.wallet_transfer where id = new.transfer_id;
    if (t.key, t.kind, t.reason, t.book, t.debit_account_id, t.credit_account_id, t.amount_rials,
        t.reference)
       is distinct from (new.public_id::text, 'posted', 'correction', new.book::text,
         new.debit_account_id, new.credit_account_id, new.amount_rials,
         coalesce(nullif(new.about, ''), new.public_id)::text) then
      perform public.wallet_refuse('correction-is-its-transfer', new.public_id);
    end if;
  end if;
  return new;
end $$;
"""
BACKWARD = """
create or replace function wallet_correction_law() returns trigger language plpgsql as $$
declare
  t wallet_transfer%rowtype;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'proposed' then
      perform wallet_refuse('correction-undecided', new.public_id);
    elsif (select count(*) from wallet_account
           where id in (new.debit_account_id, new.credit_account_id) and book = new.book) <> 2 then
      perform wallet_refuse('books-differ', new.public_id);
    end if;
    return new;
  end if;
  if old.state <> 'proposed' or new.state = 'proposed'
     or (new.id, new.public_id, new.book, new.debit_account_id, new.credit_account_id,
         new.amount_rials, new.reason, new.proposed_by_id, new.proposed_at, new.expires_at)
     <> (old.id, old.public_id, old.book, old.debit_account_id, old.credit_account_id,
         old.amount_rials, old.reason, old.proposed_by_id, old.proposed_at, old.expires_at) then
    perform wallet_refuse('correction-immutable', old.public_id);
  end if;
  if new.state = 'approved' then
    select * into t from wallet_transfer where id = new.transfer_id;
    if (t.key, t.kind, t.reason, t.book, t.debit_account_id, t.credit_account_id, t.amount_rials)
       is distinct from (new.public_id::text, 'posted', 'correction', new.book::text,
         new.debit_account_id, new.credit_account_id, new.amount_rials) then
      perform wallet_refuse('correction-is-its-transfer', new.public_id);
    end if;
  end if;
  return new;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0012_frozen_accounts")]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="about",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="for"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
