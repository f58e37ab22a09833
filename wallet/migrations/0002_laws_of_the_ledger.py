"""The laws of the ledger, held by PostgreSQL itself (docs/decisions/0015).

A transfer is inserted and nothing else: the trigger behind it locks the two accounts in order of
their ids, moves their balances and writes the two postings. Whatever else is tried is refused at
once where that can be seen, and at commit in any case.
"""

from django.db import migrations

FORWARD = """
-- Whatever a function reads is named with its schema: a temporary table comes first otherwise, and
-- whoever may make one would choose what the law looks at.

-- Refusals carry SQLSTATE BMLAW and a stable code as their message; wallet/ledger.py words them.
create function wallet_refuse(code text, fact text default '') returns void language plpgsql as $$
begin
  raise exception using errcode = 'BMLAW', message = code, detail = fact;
end $$;

create function wallet_refuse_change() returns trigger language plpgsql as $$
begin
  perform public.wallet_refuse('ledger-immutable', tg_table_name || ' ' || lower(tg_op));
  return null;
end $$;

create function wallet_refuse_outside() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    perform public.wallet_refuse('balance-without-transfer', tg_table_name);
  end if;
  return null;
end $$;

-- Balances are updated in place (HOT): leave room on the page.
alter table wallet_account set (fillfactor = 70);

-- Transfers and postings are history.
create trigger wallet_transfer_immutable before update or delete on wallet_transfer
  for each row execute function wallet_refuse_change();
create trigger wallet_transfer_no_truncate before truncate on wallet_transfer
  for each statement execute function wallet_refuse_change();
create trigger wallet_posting_immutable before update or delete on wallet_posting
  for each row execute function wallet_refuse_change();
create trigger wallet_posting_no_truncate before truncate on wallet_posting
  for each statement execute function wallet_refuse_change();
create trigger wallet_posting_by_transfer_only before insert on wallet_posting
  for each statement execute function wallet_refuse_outside();

-- An account begins empty, stays whose it is and what it is, and is not deleted once it was used.
-- No CHECK stands on these tables, and no WHEN on a trigger that a transfer fires: PostgreSQL reads
-- each of them anew in every statement (docs/decisions/0015 has the figure).
create function wallet_account_begins() returns trigger language plpgsql as $$
begin
  if new.book not in ('live', 'test')
     or new.kind not in ('person', 'merchant', 'escrow', 'payouts', 'fees', 'fee_refunds', 'gateway',
       'bank', 'promotions', 'suspense', 'issuer')
     or (new.person_id is not null) <> (new.kind = 'person')
     or (new.maker_id is not null) <> (new.kind = 'merchant') or new.slot < 0 then
    perform public.wallet_refuse('account-misshapen', new.public_id);
  end if;
  if (new.seq, new.debits_pending, new.debits_posted, new.credits_pending, new.credits_posted)
     <> (0, 0, 0, 0, 0) then
    perform public.wallet_refuse('balance-without-transfer', new.public_id);
  end if;
  return new;
end $$;
create trigger wallet_account_begins_empty before insert on wallet_account
  for each row execute function wallet_account_begins();
create trigger wallet_account_stays_itself before update of id, public_id, book, kind, name, slot,
  person_id, maker_id, debits_must_not_exceed_credits, credits_must_not_exceed_debits, created_at
  on wallet_account for each row execute function wallet_refuse_change();
create trigger wallet_account_kept before delete on wallet_account
  for each row when (old.seq > 0) execute function wallet_refuse_change();
create trigger wallet_account_no_truncate before truncate on wallet_account
  for each statement execute function wallet_refuse_change();
create trigger wallet_account_by_transfer_only
  before update of seq, debits_pending, debits_posted, credits_pending, credits_posted
  on wallet_account for each statement execute function wallet_refuse_outside();

-- The flags of an account are law.
create function wallet_keep_flags(a wallet_account) returns void language plpgsql as $$
begin
  if a.debits_must_not_exceed_credits and a.debits_pending + a.debits_posted > a.credits_posted then
    perform public.wallet_refuse('debits-exceed-credits', a.public_id);
  elsif a.credits_must_not_exceed_debits
        and a.credits_pending + a.credits_posted > a.debits_posted then
    perform public.wallet_refuse('credits-exceed-debits', a.public_id);
  end if;
end $$;

-- The last word, at commit: each step of a balance is a posting, and each posting the effect of its
-- transfer. It is judged by as few expressions as can be: PostgreSQL prepares each one anew in every
-- transaction. A chain may pass through a state that breaks a flag, so that flags are asked of the row
-- as it stands now.
create function wallet_check_balance() returns trigger language plpgsql as $$
declare
  is_debit boolean;
  kind text;
  debit_id bigint;
  credit_id bigint;
  amount bigint;
  held bigint;
  dp bigint;
  dq bigint;
  cp bigint;
  cq bigint;
  lawful boolean;
begin
  select p.is_debit, p.debits_pending, p.debits_posted, p.credits_pending, p.credits_posted,
      t.kind, t.debit_account_id, t.credit_account_id, t.amount_rials, t.held_rials
    into is_debit, dp, dq, cp, cq, kind, debit_id, credit_id, amount, held
    from public.wallet_posting p join public.wallet_transfer t on t.id = p.transfer_id
   where p.account_id = new.id and p.seq = new.seq;
  held := case kind when 'posted' then 0 when 'pending' then amount else -held end;
  amount := case when kind in ('posted', 'post') then amount else 0 end;
  lawful := new.seq = old.seq + 1
    and dp = new.debits_pending and dq = new.debits_posted
    and cp = new.credits_pending and cq = new.credits_posted
    and case when is_debit
      then debit_id = new.id and cp = old.credits_pending and cq = old.credits_posted
        and dp = old.debits_pending + held and dq = old.debits_posted + amount
      else credit_id = new.id and dp = old.debits_pending and dq = old.debits_posted
        and cp = old.credits_pending + held and cq = old.credits_posted + amount end;
  if lawful and (not new.debits_must_not_exceed_credits or dp + dq <= cq)
     and (not new.credits_must_not_exceed_debits or cp + cq <= dq) then
    return null;
  end if;
  perform public.wallet_keep_flags(a) from public.wallet_account a where a.id = new.id;
  if lawful is not true
     and (new.seq, new.debits_pending, new.debits_posted, new.credits_pending, new.credits_posted)
      <> (old.seq, old.debits_pending, old.debits_posted, old.credits_pending, old.credits_posted)
  then
    perform public.wallet_refuse('balance-without-transfer', new.public_id);
  end if;
  return null;
end $$;
create constraint trigger wallet_account_balanced after update on wallet_account
  deferrable initially deferred for each row execute function wallet_check_balance();

-- The shape of a transfer. A post or a void names its hold and has the hold's accounts and book.
create function wallet_transfer_law() returns trigger language plpgsql as $$
declare
  hold public.wallet_transfer%rowtype;
begin
  if new.kind in ('posted', 'pending') and new.amount_rials between 1 and 9007199254740991
     and new.debit_account_id <> new.credit_account_id
     and new.pending_id is null and new.held_rials is null then
    return new;
  elsif new.amount_rials not between 1 and 9007199254740991 then
    perform public.wallet_refuse('amount-out-of-range', new.key);
  elsif new.debit_account_id = new.credit_account_id then
    perform public.wallet_refuse('transfer-to-oneself', new.key);
  elsif new.kind not in ('posted', 'pending', 'post', 'void') then
    perform public.wallet_refuse('transfer-kind-unknown', new.key);
  elsif new.kind in ('posted', 'pending') then
    perform public.wallet_refuse('hold-unknown', new.key);
  end if;
  select * into hold from public.wallet_transfer where id = new.pending_id;
  if hold.id is null or hold.kind <> 'pending' then
    perform public.wallet_refuse('hold-unknown', new.key);
  end if;
  if new.debit_account_id is distinct from hold.debit_account_id
     or new.credit_account_id is distinct from hold.credit_account_id
     or new.book <> hold.book then
    perform public.wallet_refuse('hold-of-other-accounts', new.key);
  end if;
  new.held_rials := hold.amount_rials;
  if new.kind = 'void' then
    new.amount_rials := hold.amount_rials;
  elsif new.amount_rials > hold.amount_rials then
    perform public.wallet_refuse('amount-exceeds-hold', new.key);
  elsif hold.expires_at <= clock_timestamp() then
    perform public.wallet_refuse('hold-expired', new.key);
  end if;
  return new;
end $$;
create trigger wallet_transfer_lawful before insert on wallet_transfer
  for each row execute function wallet_transfer_law();

-- What follows from inserted transfers: balances and postings. The two accounts are taken in order of
-- their ids (wallet_post has locked those of a chain before), so two that meet cannot wait for each
-- other. Flags are judged on the effect of the whole statement.
create function wallet_move() returns trigger language plpgsql as $$
declare
  t_id bigint; t_kind text; t_book text; debit_id bigint; credit_id bigint;
  waits bigint; moves bigint;
  d_seq bigint; d_book text; d_frozen boolean; d_bound boolean;
  d_dp bigint; d_dq bigint; d_cp bigint; d_cq bigint;
  c_seq bigint; c_book text; c_frozen boolean; c_bound boolean;
  c_dp bigint; c_dq bigint; c_cp bigint; c_cq bigint;
  doubtful boolean := false;
begin
  for t_id, t_kind, t_book, debit_id, credit_id, waits, moves in
    select t.id, t.kind, t.book, t.debit_account_id, t.credit_account_id,
      case t.kind when 'posted' then 0 when 'pending' then t.amount_rials else -t.held_rials end,
      case when t.kind in ('posted', 'post') then t.amount_rials else 0 end
    from added t
  loop
    if debit_id < credit_id then
      update public.wallet_account
         set debits_pending = debits_pending + waits, debits_posted = debits_posted + moves,
             seq = seq + 1
       where id = debit_id
       returning seq, book, frozen, debits_must_not_exceed_credits,
           debits_pending, debits_posted, credits_pending, credits_posted
         into d_seq, d_book, d_frozen, d_bound, d_dp, d_dq, d_cp, d_cq;
      update public.wallet_account
         set credits_pending = credits_pending + waits, credits_posted = credits_posted + moves,
             seq = seq + 1
       where id = credit_id
       returning seq, book, frozen, credits_must_not_exceed_debits,
           debits_pending, debits_posted, credits_pending, credits_posted
         into c_seq, c_book, c_frozen, c_bound, c_dp, c_dq, c_cp, c_cq;
    else
      update public.wallet_account
         set credits_pending = credits_pending + waits, credits_posted = credits_posted + moves,
             seq = seq + 1
       where id = credit_id
       returning seq, book, frozen, credits_must_not_exceed_debits,
           debits_pending, debits_posted, credits_pending, credits_posted
         into c_seq, c_book, c_frozen, c_bound, c_dp, c_dq, c_cp, c_cq;
      update public.wallet_account
         set debits_pending = debits_pending + waits, debits_posted = debits_posted + moves,
             seq = seq + 1
       where id = debit_id
       returning seq, book, frozen, debits_must_not_exceed_credits,
           debits_pending, debits_posted, credits_pending, credits_posted
         into d_seq, d_book, d_frozen, d_bound, d_dp, d_dq, d_cp, d_cq;
    end if;
    if (d_book = t_book and c_book = t_book and (not (d_frozen or c_frozen) or t_kind = 'void')
        and (not d_bound or d_dp + d_dq <= d_cq) and (not c_bound or c_cp + c_cq <= c_dq))
       is not true then
      if d_seq is null or c_seq is null then
        perform public.wallet_refuse('account-unknown', t_id::text);
      end if;
      doubtful := true;
    end if;
    insert into public.wallet_posting (account_id, seq, transfer_id, is_debit,
        debits_pending, debits_posted, credits_pending, credits_posted)
      values (debit_id, d_seq, t_id, true, d_dp, d_dq, d_cp, d_cq),
        (credit_id, c_seq, t_id, false, c_dp, c_dq, c_cp, c_cq);
  end loop;
  if doubtful then
    perform public.wallet_refuse_move(t, d, c) from added t
      join public.wallet_account d on d.id = t.debit_account_id
      join public.wallet_account c on c.id = t.credit_account_id
      order by t.id;
  end if;
  return null;
end $$;
create function wallet_refuse_move(t wallet_transfer, d wallet_account, c wallet_account)
returns void language plpgsql as $$
begin
  if d.book <> t.book or c.book <> t.book then
    perform public.wallet_refuse('books-differ', t.key);
  -- What was held may still go back: releasing takes nothing out of a frozen account.
  elsif (d.frozen or c.frozen) and t.kind <> 'void' then
    perform public.wallet_refuse('account-frozen', t.key);
  end if;
  perform public.wallet_keep_flags(d), public.wallet_keep_flags(c);
end $$;
create trigger wallet_transfer_moves after insert on wallet_transfer
  referencing new table as added for each statement execute function wallet_move();

-- The same key with the same content is the same transfer; with other content it is refused.
create function wallet_same(t wallet_transfer, p_kind text, p_debit bigint, p_credit bigint,
  p_amount bigint, p_reason text, p_pending bigint, p_reference text, p_book text)
returns bigint language plpgsql as $$
begin
  if (t.kind, t.debit_account_id, t.credit_account_id, t.reason, t.reference, t.book)
     <> (p_kind, p_debit, p_credit, p_reason, p_reference, p_book)
     or t.pending_id is distinct from p_pending
     or (t.amount_rials <> p_amount and t.kind <> 'void') then
    perform public.wallet_refuse('ledger-key-reused', t.key);
  end if;
  return t.id;
end $$;

-- One transfer in one round trip: its id, negative if it had been there before.
create function wallet_post_one(
  p_public text, p_key text, p_kind text, p_debit bigint, p_credit bigint, p_amount bigint,
  p_reason text, p_pending bigint, p_expires timestamptz, p_reference text, p_book text
) returns bigint language plpgsql as $$
declare
  found_id bigint;
begin
  insert into public.wallet_transfer (public_id, key, book, kind, debit_account_id, credit_account_id,
      amount_rials, reason, pending_id, expires_at, reference, created_at)
    select p_public, p_key, p_book, p_kind, p_debit, p_credit, p_amount, p_reason, p_pending,
      p_expires, p_reference, clock_timestamp()
    where not exists (select from public.wallet_transfer where key = p_key)
    returning id into found_id;
  if found_id is not null then
    return found_id;
  end if;
  return (
    select -public.wallet_same(t, p_kind, p_debit, p_credit, p_amount, p_reason, p_pending, p_reference,
      p_book)
    from public.wallet_transfer t where key = p_key);
end $$;

-- A chain of transfers that succeed or fail together, in one round trip whatever its length. Each
-- argument is an array with one element a transfer; so is the result, in the same order.
create function wallet_post(
  p_public text[], p_key text[], p_kind text[], p_debit bigint[], p_credit bigint[],
  p_amount bigint[], p_reason text[], p_pending bigint[], p_expires timestamptz[],
  p_reference text[], p_book text[]
) returns bigint[] language plpgsql as $$
declare
  n integer := cardinality(p_key);
  existed boolean[] := array_fill(false, array[n]);
  ids bigint[];
  t public.wallet_transfer%rowtype;
begin
  for t in select * from public.wallet_transfer where key = any (p_key) loop
    for i in 1 .. n loop
      if p_key[i] = t.key then
        ids[i] := -public.wallet_same(t, p_kind[i], p_debit[i], p_credit[i], p_amount[i], p_reason[i],
          p_pending[i], p_reference[i], p_book[i]);
        existed[i] := true;
      end if;
    end loop;
  end loop;
  for i in 1 .. n loop
    if not existed[i] then
      ids[i] := nextval('public.wallet_transfer_id_seq');
    end if;
  end loop;
  perform 1 from public.wallet_account where id in (select unnest(p_debit || p_credit))
    order by id for no key update;
  insert into public.wallet_transfer (id, public_id, key, book, kind, debit_account_id,
      credit_account_id, amount_rials, reason, pending_id, expires_at, reference, created_at)
    select m.id, m.public_id, m.key, m.book, m.kind, m.debit, m.credit, m.amount, m.reason,
      m.pending, m.expires, m.reference, clock_timestamp()
    from unnest(ids, existed, p_public, p_key, p_book, p_kind, p_debit, p_credit, p_amount,
      p_reason, p_pending, p_expires, p_reference)
      as m (id, existed, public_id, key, book, kind, debit, credit, amount, reason, pending,
        expires, reference)
    where not m.existed order by m.id;
  return ids;
end $$;
"""
BACKWARD = """
drop function wallet_post(text[], text[], text[], bigint[], bigint[], bigint[], text[], bigint[],
  timestamptz[], text[], text[]);
drop function wallet_post_one(text, text, text, bigint, bigint, bigint, text, bigint, timestamptz,
  text, text);
drop function wallet_same(wallet_transfer, text, bigint, bigint, bigint, text, bigint, text, text);
drop trigger wallet_transfer_moves on wallet_transfer;
drop function wallet_move();
drop function wallet_refuse_move(wallet_transfer, wallet_account, wallet_account);
drop trigger wallet_transfer_lawful on wallet_transfer;
drop function wallet_transfer_law();
drop trigger wallet_account_balanced on wallet_account;
drop function wallet_check_balance();
drop function wallet_keep_flags(wallet_account);
drop trigger wallet_account_by_transfer_only on wallet_account;
drop trigger wallet_account_no_truncate on wallet_account;
drop trigger wallet_account_kept on wallet_account;
drop trigger wallet_account_stays_itself on wallet_account;
drop trigger wallet_account_begins_empty on wallet_account;
drop function wallet_account_begins();
drop trigger wallet_posting_by_transfer_only on wallet_posting;
drop trigger wallet_posting_no_truncate on wallet_posting;
drop trigger wallet_posting_immutable on wallet_posting;
drop trigger wallet_transfer_no_truncate on wallet_transfer;
drop trigger wallet_transfer_immutable on wallet_transfer;
drop function wallet_refuse_outside();
drop function wallet_refuse_change();
drop function wallet_refuse(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
