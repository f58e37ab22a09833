-- What a transfer cannot do without: two ordered balance updates, one transfer, its legs.
create table bench_account (
  id bigint primary key, balance bigint not null check (balance >= 0)
) with (fillfactor = 70);
create table bench_transfer (
  id bigint generated always as identity primary key,
  key uuid not null unique,
  debit_id bigint not null references bench_account,
  credit_id bigint not null references bench_account,
  amount bigint not null check (amount > 0),
  created_at timestamptz not null default now()
);
create table bench_leg (
  id bigint generated always as identity primary key,
  transfer_id bigint not null references bench_transfer,
  account_id bigint not null references bench_account,
  amount bigint not null,
  balance_after bigint not null
);
create index on bench_leg (account_id, id);
create function bench_transfer(p_from bigint, p_to bigint, p_amount bigint, p_key uuid)
returns bigint language plpgsql as $$
declare
  d bigint; c bigint; t bigint;
begin
  if p_from < p_to then
    update bench_account set balance = balance - p_amount where id = p_from returning balance into d;
    update bench_account set balance = balance + p_amount where id = p_to returning balance into c;
  else
    update bench_account set balance = balance + p_amount where id = p_to returning balance into c;
    update bench_account set balance = balance - p_amount where id = p_from returning balance into d;
  end if;
  insert into bench_transfer (key, debit_id, credit_id, amount)
    values (p_key, p_from, p_to, p_amount) returning id into t;
  insert into bench_leg (transfer_id, account_id, amount, balance_after)
    values (t, p_from, -p_amount, d), (t, p_to, p_amount, c);
  return t;
end $$;
