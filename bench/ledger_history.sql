-- A history of transfers, each account's postings chained as the trigger would have: {rounds} rounds
-- in which every one of {accounts} accounts pays 1 rial to the next. For a superuser, in an empty ledger.
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set session_replication_role = replica;

insert into wallet_account (id, public_id, book, kind, name, slot, slots, frozen,
    debits_must_not_exceed_credits, credits_must_not_exceed_debits, debits_pending, debits_posted,
    credits_pending, credits_posted, seq, created_at)
  select k + 1, 'acc_' || lpad(k::text, 26, '0'), 'live', 'suspense', 'history-' || k, 0, '{{}}', false,
    false, false, 0, {rounds}, 0, {rounds}, 2 * {rounds}, now()
  from generate_series(0, {accounts} - 1) k;

alter table wallet_transfer drop constraint wallet_transfer_pkey cascade;
alter table wallet_transfer drop constraint wallet_transfer_id_once;
alter table wallet_transfer drop constraint wallet_transfer_key_once;
insert into wallet_transfer (id, public_id, key, book, kind, debit_account_id, credit_account_id,
    amount_rials, reason, reference, created_at)
  select r * {accounts} + k + 1, 'trf_' || lpad((r * {accounts} + k)::text, 26, '0'),
    'history-' || (r * {accounts} + k), 'live', 'posted', k + 1, (k + 1) % {accounts} + 1, 1, 'payment', '',
    now() - ({rounds} - r) * interval '1 minute'
  from generate_series(0, {rounds}::bigint - 1) r, generate_series(0, {accounts} - 1) k;
alter table wallet_transfer add constraint wallet_transfer_pkey primary key (id);
alter table wallet_transfer add constraint wallet_transfer_id_once unique (public_id);
alter table wallet_transfer add constraint wallet_transfer_key_once unique (key);

-- The first account pays before it is paid in each round, every other one is paid first.
alter table wallet_posting drop constraint wallet_posting_pkey;
alter table wallet_posting drop constraint wallet_one_posting_a_side;
insert into wallet_posting (account_id, seq, transfer_id, is_debit, debits_pending, debits_posted,
    credits_pending, credits_posted)
  select s.account, s.seq, r * {accounts} + k + 1, s.is_debit, 0, s.paid, 0, s.got
  from generate_series(0, {rounds}::bigint - 1) r, generate_series(0, {accounts} - 1) k,
    lateral (values
      (k + 1, true, 2 * r + case k when 0 then 1 else 2 end, r + 1, r + (k > 0)::int),
      ((k + 1) % {accounts} + 1, false, 2 * r + case k when {accounts} - 1 then 2 else 1 end,
        r + (k = {accounts} - 1)::int, r + 1)) as s (account, is_debit, seq, paid, got);
alter table wallet_posting add constraint wallet_posting_pkey primary key (account_id, seq);
alter table wallet_posting add constraint wallet_one_posting_a_side unique (transfer_id, is_debit);

reset session_replication_role;
select setval('wallet_account_id_seq', {accounts}), setval('wallet_transfer_id_seq', {rounds}::bigint * {accounts});
analyze wallet_account, wallet_transfer, wallet_posting;
