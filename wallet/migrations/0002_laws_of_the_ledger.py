"""The laws of the ledger, held by PostgreSQL itself (docs/decisions/0015).

A transfer is inserted and nothing else: the trigger behind it locks the two accounts in order of
their ids, moves their balances and writes the two postings. Whatever else is tried is refused at
once where that can be seen, and at commit in any case.
"""

from django.db import migrations

FORWARD = """
-- Refusals carry SQLSTATE BMLAW and a stable code as their message; wallet/ledger.py words them.
create function wallet_refuse(code text, fact text default '') returns void language plpgsql as $$
begin
  raise exception using errcode = 'BMLAW', message = code, detail = fact;
end $$;

create function wallet_refuse_change() returns trigger language plpgsql as $$
begin
  perform wallet_refuse('ledger-immutable', tg_table_name || ' ' || lower(tg_op));
  return null;
end $$;

create function wallet_refuse_outside() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    perform wallet_refuse('balance-without-transfer', tg_table_name);
  end if;
  return new;
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
  for each row execute function wallet_refuse_outside();

-- An account begins empty, stays whose it is and what it is, and is not deleted once it was used.
-- Neither CHECK nor WHEN stands on these tables where it can be helped: PostgreSQL reads each of them
-- anew in every statement (measured: 20 to 30 microseconds a piece).
create function wallet_account_begins() returns trigger language plpgsql as $$
begin
  if new.book not in ('live', 'test')
     or new.kind not in ('person', 'merchant', 'escrow', 'payouts', 'fees', 'fee_refunds', 'gateway',
       'bank', 'promotions', 'suspense', 'issuer')
     or (new.person_id is not null) <> (new.kind = 'person')
     or (new.maker_id is not null) <> (new.kind = 'merchant') then
    perform wallet_refuse('account-misshapen', new.public_id);
  end if;
  if (new.seq, new.debits_pending, new.debits_posted, new.credits_pending, new.credits_posted)
     <> (0, 0, 0, 0, 0) then
    perform wallet_refuse('balance-without-transfer', new.public_id);
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
  on wallet_account for each row execute function wallet_refuse_outside();

-- The flags of an account are law.
create function wallet_keep_flags(a wallet_account) returns void language plpgsql as $$
begin
  if a.debits_must_not_exceed_credits and a.debits_pending + a.debits_posted > a.credits_posted then
    perform wallet_refuse('debits-exceed-credits', a.public_id);
  elsif a.credits_must_not_exceed_debits
        and a.credits_pending + a.credits_posted > a.debits_posted then
    perform wallet_refuse('credits-exceed-debits', a.public_id);
  end if;
end $$;

-- The last word, at commit: the steps of a balance are postings, each with its transfer.
create function wallet_check_balance() returns trigger language plpgsql as $$
declare
  s record;
begin
  if (new.debits_must_not_exceed_credits
      and new.debits_pending + new.debits_posted > new.credits_posted)
     or (new.credits_must_not_exceed_debits
      and new.credits_pending + new.credits_posted > new.debits_posted) then
    perform wallet_keep_flags(new);
  end if;
  select count(*) as steps,
      sum(p.is_debit::int * w.waiting) as dp, sum(p.is_debit::int * w.moved) as dq,
      sum((not p.is_debit)::int * w.waiting) as cp, sum((not p.is_debit)::int * w.moved) as cq,
      bool_and(case when p.is_debit then t.debit_account_id else t.credit_account_id end = new.id)
        as own,
      max(p.debits_pending) filter (where p.seq = new.seq) as last_dp,
      max(p.debits_posted) filter (where p.seq = new.seq) as last_dq,
      max(p.credits_pending) filter (where p.seq = new.seq) as last_cp,
      max(p.credits_posted) filter (where p.seq = new.seq) as last_cq
    into s
    from wallet_posting p join wallet_transfer t on t.id = p.transfer_id,
      lateral (select
        case t.kind when 'posted' then 0 when 'pending' then t.amount_rials else -t.held_rials end
          as waiting,
        case when t.kind in ('posted', 'post') then t.amount_rials else 0 end as moved) w
   where p.account_id = new.id and p.seq > old.seq and p.seq <= new.seq;
  if s.steps = 0 or s.steps <> new.seq - old.seq or not s.own
     or s.dp <> new.debits_pending - old.debits_pending
     or s.dq <> new.debits_posted - old.debits_posted
     or s.cp <> new.credits_pending - old.credits_pending
     or s.cq <> new.credits_posted - old.credits_posted
     or s.last_dp <> new.debits_pending or s.last_dq <> new.debits_posted
     or s.last_cp <> new.credits_pending or s.last_cq <> new.credits_posted then
    perform wallet_refuse('balance-without-transfer', new.public_id);
  end if;
  return null;
end $$;
create constraint trigger wallet_account_balanced
  after update of seq, debits_pending, debits_posted, credits_pending, credits_posted
  on wallet_account deferrable initially deferred
  for each row execute function wallet_check_balance();

-- The shape of a transfer. A post or a void names its hold and has the hold's accounts and book.
create function wallet_transfer_law() returns trigger language plpgsql as $$
declare
  hold wallet_transfer%rowtype;
begin
  if new.amount_rials not between 1 and 9007199254740991 then
    perform wallet_refuse('amount-out-of-range', new.key);
  elsif new.debit_account_id = new.credit_account_id then
    perform wallet_refuse('transfer-to-oneself', new.key);
  elsif new.kind in ('posted', 'pending') then
    if new.pending_id is not null or new.held_rials is not null then
      perform wallet_refuse('hold-unknown', new.key);
    end if;
    return new;
  elsif new.kind not in ('post', 'void') then
    perform wallet_refuse('transfer-kind-unknown', new.key);
  end if;
  select * into hold from wallet_transfer where id = new.pending_id;
  if hold.id is null or hold.kind <> 'pending' then
    perform wallet_refuse('hold-unknown', new.key);
  end if;
  if new.debit_account_id is distinct from hold.debit_account_id
     or new.credit_account_id is distinct from hold.credit_account_id
     or new.book <> hold.book then
    perform wallet_refuse('hold-of-other-accounts', new.key);
  end if;
  new.held_rials := hold.amount_rials;
  if new.kind = 'void' then
    new.amount_rials := hold.amount_rials;
  elsif new.amount_rials > hold.amount_rials then
    perform wallet_refuse('amount-exceeds-hold', new.key);
  elsif hold.expires_at <= clock_timestamp() then
    perform wallet_refuse('hold-expired', new.key);
  end if;
  return new;
end $$;
create trigger wallet_transfer_lawful before insert on wallet_transfer
  for each row execute function wallet_transfer_law();

-- What follows from inserted transfers: balances and postings. Accounts are locked in order of
-- their ids, so two statements that meet cannot wait for each other. Flags are judged on the effect
-- of the whole statement.
create function wallet_move() returns trigger language plpgsql as $$
declare
  n integer := 0;
  t wallet_transfer%rowtype;
  waiting bigint;
  moved bigint;
  d wallet_account%rowtype;
  c wallet_account%rowtype;
begin
  for t in select * from added limit 2 loop
    n := n + 1;
  end loop;
  if n = 1 then
    waiting := case t.kind
      when 'posted' then 0 when 'pending' then t.amount_rials else -t.held_rials end;
    moved := case when t.kind in ('posted', 'post') then t.amount_rials else 0 end;
    if t.debit_account_id < t.credit_account_id then
      update wallet_account
         set debits_pending = debits_pending + waiting, debits_posted = debits_posted + moved,
             seq = seq + 1
       where id = t.debit_account_id returning * into d;
      update wallet_account
         set credits_pending = credits_pending + waiting, credits_posted = credits_posted + moved,
             seq = seq + 1
       where id = t.credit_account_id returning * into c;
    else
      update wallet_account
         set credits_pending = credits_pending + waiting, credits_posted = credits_posted + moved,
             seq = seq + 1
       where id = t.credit_account_id returning * into c;
      update wallet_account
         set debits_pending = debits_pending + waiting, debits_posted = debits_posted + moved,
             seq = seq + 1
       where id = t.debit_account_id returning * into d;
    end if;
    if d.id is null or c.id is null or d.book <> t.book or c.book <> t.book or d.frozen or c.frozen then
      perform wallet_refuse_move(t, d, c);
    end if;
    if d.debits_must_not_exceed_credits
       and d.debits_pending + d.debits_posted > d.credits_posted then
      perform wallet_keep_flags(d);
    elsif c.credits_must_not_exceed_debits
       and c.credits_pending + c.credits_posted > c.debits_posted then
      perform wallet_keep_flags(c);
    end if;
    insert into wallet_posting (account_id, seq, transfer_id, is_debit,
        debits_pending, debits_posted, credits_pending, credits_posted)
      values (d.id, d.seq, t.id, true,
        d.debits_pending, d.debits_posted, d.credits_pending, d.credits_posted),
       (c.id, c.seq, t.id, false,
        c.debits_pending, c.debits_posted, c.credits_pending, c.credits_posted);
  elsif n > 1 then
    perform 1 from wallet_account
      where id in (select debit_account_id from added union select credit_account_id from added)
      order by id for no key update;
    perform wallet_refuse_move(x, da, ca)
      from added x
      left join wallet_account da on da.id = x.debit_account_id
      left join wallet_account ca on ca.id = x.credit_account_id
      where da.id is null or ca.id is null or da.book <> x.book or ca.book <> x.book
         or ((da.frozen or ca.frozen) and x.kind <> 'void');
    with side as (
      select x.id, s.account_id, s.is_debit,
        case x.kind when 'posted' then 0 when 'pending' then x.amount_rials
          else -x.held_rials end as waits,
        case when x.kind in ('posted', 'post') then x.amount_rials else 0 end as moves
      from added x, lateral (values (x.debit_account_id, true), (x.credit_account_id, false))
        as s (account_id, is_debit)
    ), step as (
      select id, account_id, is_debit, row_number() over w as number,
        sum(case when is_debit then waits else 0 end) over w as dp,
        sum(case when is_debit then moves else 0 end) over w as dq,
        sum(case when is_debit then 0 else waits end) over w as cp,
        sum(case when is_debit then 0 else moves end) over w as cq
      from side window w as (partition by account_id order by id rows unbounded preceding)
    )
    insert into wallet_posting (account_id, seq, transfer_id, is_debit,
        debits_pending, debits_posted, credits_pending, credits_posted)
      select a.id, a.seq + s.number, s.id, s.is_debit, a.debits_pending + s.dp,
        a.debits_posted + s.dq, a.credits_pending + s.cp, a.credits_posted + s.cq
      from step s join wallet_account a on a.id = s.account_id;
    update wallet_account a
       set seq = p.seq, debits_pending = p.debits_pending, debits_posted = p.debits_posted,
           credits_pending = p.credits_pending, credits_posted = p.credits_posted
      from wallet_posting p
      join (
        select s.account_id, count(*) as steps
        from added x, lateral (values (x.debit_account_id), (x.credit_account_id)) as s (account_id)
        group by s.account_id
      ) touched on touched.account_id = p.account_id
     where a.id = touched.account_id and p.seq = a.seq + touched.steps;
    perform wallet_keep_flags(a) from wallet_account a
      where id in (select debit_account_id from added union select credit_account_id from added);
  end if;
  return null;
end $$;
create function wallet_refuse_move(t wallet_transfer, d wallet_account, c wallet_account)
returns void language plpgsql as $$
begin
  if d.id is null or c.id is null then
    perform wallet_refuse('account-unknown', t.key);
  elsif d.book <> t.book or c.book <> t.book then
    perform wallet_refuse('books-differ', t.key);
  -- What was held may still go back: releasing takes nothing out of a frozen account.
  elsif (d.frozen or c.frozen) and t.kind <> 'void' then
    perform wallet_refuse('account-frozen', t.key);
  end if;
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
    perform wallet_refuse('ledger-key-reused', t.key);
  end if;
  return t.id;
end $$;

-- One transfer in one round trip: its id, and whether it had been there before.
create function wallet_post_one(
  p_public text, p_key text, p_kind text, p_debit bigint, p_credit bigint, p_amount bigint,
  p_reason text, p_pending bigint, p_expires timestamptz, p_reference text, p_book text,
  out transfer_id bigint, out existed boolean
) language plpgsql as $$
declare
  t wallet_transfer%rowtype;
begin
  select * into t from wallet_transfer where key = p_key;
  existed := t.id is not null;
  if existed then
    transfer_id := wallet_same(t, p_kind, p_debit, p_credit, p_amount, p_reason, p_pending,
      p_reference, p_book);
  else
    insert into wallet_transfer (public_id, key, book, kind, debit_account_id, credit_account_id,
        amount_rials, reason, pending_id, expires_at, reference, created_at)
      values (p_public, p_key, p_book, p_kind, p_debit, p_credit, p_amount, p_reason, p_pending,
        p_expires, p_reference, clock_timestamp())
      returning id into transfer_id;
  end if;
end $$;

-- A chain of transfers that succeed or fail together, in one round trip whatever its length. Each
-- argument is an array with one element a transfer; so are the results, in the same order.
create function wallet_post(
  p_public text[], p_key text[], p_kind text[], p_debit bigint[], p_credit bigint[],
  p_amount bigint[], p_reason text[], p_pending bigint[], p_expires timestamptz[],
  p_reference text[], p_book text[], out ids bigint[], out existed boolean[]
) language plpgsql as $$
declare
  n integer := cardinality(p_key);
  t wallet_transfer%rowtype;
begin
  existed := array_fill(false, array[n]);
  for t in select * from wallet_transfer where key = any (p_key) loop
    for i in 1 .. n loop
      if p_key[i] = t.key then
        ids[i] := wallet_same(t, p_kind[i], p_debit[i], p_credit[i], p_amount[i], p_reason[i],
          p_pending[i], p_reference[i], p_book[i]);
        existed[i] := true;
      end if;
    end loop;
  end loop;
  for i in 1 .. n loop
    if not existed[i] then
      ids[i] := nextval('wallet_transfer_id_seq');
    end if;
  end loop;
  insert into wallet_transfer (id, public_id, key, book, kind, debit_account_id,
      credit_account_id, amount_rials, reason, pending_id, expires_at, reference, created_at)
    select m.id, m.public_id, m.key, m.book, m.kind, m.debit, m.credit, m.amount, m.reason,
      m.pending, m.expires, m.reference, clock_timestamp()
    from unnest(ids, existed, p_public, p_key, p_book, p_kind, p_debit, p_credit, p_amount,
      p_reason, p_pending, p_expires, p_reference)
      as m (id, existed, public_id, key, book, kind, debit, credit, amount, reason, pending,
        expires, reference)
    where not m.existed order by m.id;
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
