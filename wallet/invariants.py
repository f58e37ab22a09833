"""What must be true of the books, each as one query that must return no row.

A query sees ``%(since)s`` (0 in a full look, else the transfer from which a recent look reads) and
answers with rows of ``subject, book, amount_rials, facts``. Nothing here repairs anything.
docs/how-to/money-runbook.md says what each code means and what to do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from core import limits
from wallet import timeline
from wallet.chart import CHART

BALANCES: Final = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")


@dataclass(frozen=True)
class Check:
    """One law, as the query that finds what breaks it; ``full_sql`` for a full look, if it differs.

    ``full_only``: too long to be asked every ten minutes. ``bounded``: a recent look reads only
    what is younger, so that it cannot tell that an older difference has gone. ``looks_back``: how
    long before the usual time it must begin.
    """

    code: str
    sql: str
    full_sql: str = ""
    full_only: bool = False
    bounded: bool = False
    looks_back: timedelta = timedelta(0)


@dataclass(frozen=True)
class Found:
    """One row that a check found."""

    code: str
    subject: str
    book: str
    amount_rials: int | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one check said. ``is_whole``: what it did not name does not differ."""

    code: str
    found: list[Found]
    is_whole: bool
    is_shortened: bool = False


# What a transfer sets aside and what it moves, as the trigger of migration 0002 has it.
_EFFECT = """
  case t.kind when 'posted' then 0 when 'pending' then t.amount_rials else -t.held_rials end
    as waiting,
  case when t.kind in ('posted', 'post') then t.amount_rials else 0 end as moved
"""

BOOK_SUM = Check(
    "book-does-not-sum-to-zero",
    """
    select book as subject, book,
      (sum(debits_posted) - sum(credits_posted))::bigint as amount_rials,
      jsonb_build_object('debits_posted', sum(debits_posted), 'credits_posted', sum(credits_posted),
        'debits_pending', sum(debits_pending), 'credits_pending', sum(credits_pending)) as facts
    from wallet_account group by book
    having sum(debits_posted) <> sum(credits_posted)
        or sum(debits_pending) <> sum(credits_pending)
    """,
)

LAST_POSTING = Check(
    "account-differs-from-last-posting",
    """
    select a.public_id as subject, a.book,
      ((a.credits_posted - a.debits_posted)
        - coalesce(p.credits_posted - p.debits_posted, 0))::bigint as amount_rials,
      jsonb_build_object('account', jsonb_build_array(
          a.seq, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted),
        'posting', jsonb_build_array(
          p.seq, p.debits_pending, p.debits_posted, p.credits_pending, p.credits_posted)) as facts
    from wallet_account a left join lateral (
      select * from wallet_posting where account_id = a.id order by seq desc limit 1) p on true
    where (a.seq, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
       <> (coalesce(p.seq, 0), coalesce(p.debits_pending, 0), coalesce(p.debits_posted, 0),
           coalesce(p.credits_pending, 0), coalesce(p.credits_posted, 0))
    """,
)

SUM_OF_TRANSFERS = Check(
    "account-differs-from-its-transfers",
    f"""
    with side as (
      select s.id, count(*) as steps,
        sum(s.is_debit * e.waiting) as dp, sum(s.is_debit * e.moved) as dq,
        sum((1 - s.is_debit) * e.waiting) as cp, sum((1 - s.is_debit) * e.moved) as cq
      from wallet_transfer t, lateral (select {_EFFECT}) e,
        lateral (values (t.debit_account_id, 1), (t.credit_account_id, 0)) as s (id, is_debit)
      group by s.id
    )
    select coalesce(a.public_id, '#' || side.id) as subject, coalesce(a.book, '') as book,
      (coalesce(a.credits_posted - a.debits_posted, 0)
        - coalesce(side.cq - side.dq, 0))::bigint as amount_rials,
      jsonb_build_object('account', jsonb_build_array(
          a.seq, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted),
        'transfers', jsonb_build_array(side.steps, side.dp, side.dq, side.cp, side.cq)) as facts
    from wallet_account a full join side using (id)
    where a.id is null
       or (a.seq, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
       <> (coalesce(side.steps, 0), coalesce(side.dp, 0), coalesce(side.dq, 0),
           coalesce(side.cp, 0), coalesce(side.cq, 0))
    """,  # noqa: S608  (our own text)
    full_only=True,
)


def _posting_step(step: str) -> str:
    """Return the query that compares each posting with the one before it, which ``step`` finds."""
    return f"""
    select coalesce(a.public_id, '#' || p.account_id) || '/' || p.seq as subject,
      coalesce(a.book, '') as book,
      ((p.credits_posted - p.debits_posted) - (coalesce(p.b_cq, 0) - coalesce(p.b_dq, 0))
        - coalesce((1 - 2 * p.is_debit::int) * e.moved, 0))::bigint as amount_rials,
      jsonb_build_object('transfer', t.public_id) as facts
    from ({step}) p
      left join wallet_transfer t on t.id = p.transfer_id
      left join wallet_account a on a.id = p.account_id
      left join lateral (select {_EFFECT}) e on true
    where t.id is null or a.id is null or p.b_seq is distinct from nullif(p.seq - 1, 0)
      or p.account_id <> case when p.is_debit then t.debit_account_id else t.credit_account_id end
      or p.debits_pending <> coalesce(p.b_dp, 0) + p.is_debit::int * e.waiting
      or p.debits_posted <> coalesce(p.b_dq, 0) + p.is_debit::int * e.moved
      or p.credits_pending <> coalesce(p.b_cp, 0) + (1 - p.is_debit::int) * e.waiting
      or p.credits_posted <> coalesce(p.b_cq, 0) + (1 - p.is_debit::int) * e.moved
    """  # noqa: S608  (our own text)


POSTING_STEP = Check(
    "posting-is-no-step",
    # One look at the index for each recent posting: "limit" keeps the planner from joining all.
    _posting_step("""
      select w.*, b.seq as b_seq, b.debits_pending as b_dp, b.debits_posted as b_dq,
        b.credits_pending as b_cp, b.credits_posted as b_cq
      from wallet_posting w left join lateral (select * from wallet_posting
        where account_id = w.account_id and seq = w.seq - 1 limit 1) b on true
      where w.transfer_id > %(since)s
    """),
    # All of them in the order of the primary key: ten times as fast as looking each one up.
    full_sql=_posting_step("""
      select w.*, lag(w.seq) over o as b_seq, lag(w.debits_pending) over o as b_dp,
        lag(w.debits_posted) over o as b_dq, lag(w.credits_pending) over o as b_cp,
        lag(w.credits_posted) over o as b_cq
      from wallet_posting w window o as (partition by w.account_id order by w.seq)
    """),
    bounded=True,
)

BOTH_POSTINGS = Check(
    "transfer-without-both-postings",
    """
    select t.public_id as subject, t.book, t.amount_rials,
      jsonb_build_object('debit', d.transfer_id is not null,
        'credit', c.transfer_id is not null) as facts
    from wallet_transfer t
      left join wallet_posting d on d.transfer_id = t.id and d.is_debit
      left join wallet_posting c on c.transfer_id = t.id and not c.is_debit
    where t.id > %(since)s and (d.transfer_id is null or c.transfer_id is null)
    """,
    bounded=True,
)

BOOKS_APART = Check(
    "transfer-between-books",
    """
    select t.public_id as subject, t.book, t.amount_rials,
      jsonb_build_object('debit', d.book, 'credit', c.book) as facts
    from wallet_transfer t
      left join wallet_account d on d.id = t.debit_account_id
      left join wallet_account c on c.id = t.credit_account_id
    where t.id > %(since)s and (d.book is distinct from t.book or c.book is distinct from t.book)
    """,
    bounded=True,
)

FLAGS_KEPT = Check(
    "flag-broken",
    """
    select public_id as subject, book,
      greatest(case when debits_must_not_exceed_credits
          then debits_pending + debits_posted - credits_posted else 0 end,
        case when credits_must_not_exceed_debits
          then credits_pending + credits_posted - debits_posted else 0 end) as amount_rials,
      jsonb_build_object('balances', jsonb_build_array(
        debits_pending, debits_posted, credits_pending, credits_posted)) as facts
    from wallet_account
    where (debits_must_not_exceed_credits and debits_pending + debits_posted > credits_posted)
       or (credits_must_not_exceed_debits and credits_pending + credits_posted > debits_posted)
       or least(debits_pending, debits_posted, credits_pending, credits_posted) < 0
    """,
)

CHART_KEPT = Check(
    "account-not-of-the-chart",
    """
    select a.public_id as subject, a.book, null::bigint as amount_rials,
      jsonb_build_object('kind', a.kind,
        'debits_must_not_exceed_credits', a.debits_must_not_exceed_credits,
        'credits_must_not_exceed_debits', a.credits_must_not_exceed_debits) as facts
    from wallet_account a
      left join unnest(%(kinds)s::text[], %(kept_debits)s::bool[], %(kept_credits)s::bool[],
          %(owners)s::text[], %(books)s::text[]) as chart (kind, debits, credits, owner, books)
        on chart.kind = a.kind
    where chart.kind is null or position(a.book in chart.books) = 0
       or (a.debits_must_not_exceed_credits, a.credits_must_not_exceed_debits)
          <> (chart.debits, chart.credits)
       or (a.person_id is not null) <> (chart.owner = 'person')
       or (a.maker_id is not null) <> (chart.owner = 'maker')
    """,
)

SLOTS_AGREE = Check(
    "slots-disagree",
    """
    select coalesce(s.public_id, m.public_id) as subject, coalesce(s.book, m.book) as book,
      null::bigint as amount_rials,
      jsonb_build_object('account', m.public_id, 'place', m.place, 'slot', s.slot) as facts
    from (
      select a.*, u.slot_id, u.place from wallet_account a,
        unnest(a.slots) with ordinality as u (slot_id, place)) m
      full join (select * from wallet_account where slot > 0) s on s.id = m.slot_id
    where m.id is null or s.id is null or m.slot <> 0 or s.slot <> m.place or s.slots <> '{}'
       or s.frozen <> m.frozen
       or (s.kind, s.book, s.name, s.person_id, s.maker_id)
          is distinct from (m.kind, m.book, m.name, m.person_id, m.maker_id)
    """,
)

HOLDS_RELEASED = Check(
    "hold-past-its-time",
    """
    select t.public_id as subject, t.book, t.amount_rials,
      jsonb_build_object('expired', t.expires_at, 'for', t.reference) as facts
    from wallet_transfer t
    where t.id > %(since)s and t.kind = 'pending' and t.expires_at < %(holds_before)s
      and not exists (select from wallet_transfer s where s.pending_id = t.id)
    """,
    bounded=True,
)

HOLDS_KEPT = Check(
    "hold-settled-wrongly",
    """
    select t.public_id as subject, t.book, t.amount_rials,
      jsonb_build_object('hold', h.public_id, 'held', h.amount_rials) as facts
    from wallet_transfer t left join wallet_transfer h on h.id = t.pending_id
    where t.id > %(since)s and t.kind in ('post', 'void')
      and (h.id is null or h.kind <> 'pending' or t.amount_rials > h.amount_rials
        or t.held_rials is distinct from h.amount_rials
        or (t.debit_account_id, t.credit_account_id, t.book)
           <> (h.debit_account_id, h.credit_account_id, h.book))
    """,
    bounded=True,
)

CORRECTIONS_APPROVED = Check(
    "correction-without-approval",
    """
    select t.public_id as subject, t.book, t.amount_rials,
      jsonb_build_object('key', t.key) as facts
    from wallet_transfer t left join wallet_correction c on c.transfer_id = t.id
    where t.id > %(since)s and t.reason = 'correction'
      and (c.id is null or c.state <> 'approved' or c.public_id <> t.key
        or c.decided_by_id is null or c.decided_by_id = c.proposed_by_id)
    """,
    bounded=True,
)


def _in_transit(code: str, kind: str, due: timedelta) -> Check:
    """Make the check that what went into an account of ours for one thing has left it again.

    All transfers of a reference are read whenever one of them is recent, else a half would be seen.
    """
    return Check(
        code,
        f"""
        with ours as (select id from wallet_account where kind = '{kind}'),
        touched as (
          select distinct t.reference, t.book from wallet_transfer t
          where t.id > %(since)s and t.kind in ('posted', 'post')
            and (t.reference <> '' or %(since)s = 0)
            and (t.debit_account_id in (select id from ours)
              or t.credit_account_id in (select id from ours))),
        net as (
          select t.book, t.reference, max(t.created_at) as last_at,
            sum(case when t.credit_account_id in (select id from ours)
                then t.amount_rials else 0 end
              - case when t.debit_account_id in (select id from ours)
                then t.amount_rials else 0 end)
              as rials
          from wallet_transfer t join touched on touched.reference = t.reference
            and touched.book = t.book
          where t.kind in ('posted', 'post') and (t.reference <> '' or %(since)s = 0)
          group by t.book, t.reference)
        select book || ' ' || coalesce(nullif(reference, ''), '-') as subject, book,
          rials::bigint as amount_rials,
          jsonb_build_object('for', reference, 'last', last_at) as facts
        from net where rials <> 0 and last_at < %(now)s - interval '{int(due.total_seconds())} s'
        """,  # noqa: S608  (our own text)
        bounded=True,
        looks_back=due,
    )


ESCROWS_AGREE = Check(
    "escrow-differs-from-its-transfers",
    """
    with ours as (select id from wallet_account where kind = 'custody'),
    touched as (
      select distinct t.reference, t.book from wallet_transfer t
      where t.id > %(since)s and t.kind in ('posted', 'post')
        and (t.debit_account_id in (select id from ours)
          or t.credit_account_id in (select id from ours))),
    net as (
      select t.book, t.reference,
        sum(case when t.credit_account_id in (select id from ours) then t.amount_rials else 0 end
          - case when t.debit_account_id in (select id from ours) then t.amount_rials else 0 end)
          as rials
      from wallet_transfer t join touched using (reference, book)
      where t.kind in ('posted', 'post') group by t.book, t.reference)
    select coalesce(e.public_id, net.reference) as subject, coalesce(e.book, net.book) as book,
      (net.rials - coalesce(e.amount_rials - e.paid_out_rials - e.given_back_rials, 0))::bigint
        as amount_rials,
      jsonb_build_object('state', e.state, 'inside', net.rials) as facts
    from net left join wallet_escrow e on e.public_id = net.reference and e.book = net.book
    where e.id is null or e.state <> 'captured'
       or net.rials <> e.amount_rials - e.paid_out_rials - e.given_back_rials
    """,
    bounded=True,
)

CHECKS: Final = (
    BOOK_SUM,
    LAST_POSTING,
    SUM_OF_TRANSFERS,
    POSTING_STEP,
    BOTH_POSTINGS,
    BOOKS_APART,
    FLAGS_KEPT,
    CHART_KEPT,
    SLOTS_AGREE,
    HOLDS_RELEASED,
    HOLDS_KEPT,
    _in_transit("escrow-not-settled", "escrow", limits.ESCROW_SETTLED_AFTER),
    _in_transit("payout-not-settled", "payouts", limits.PAYOUT_SETTLED_AFTER),
    ESCROWS_AGREE,
    CORRECTIONS_APPROVED,
)


def since_of(now: datetime, *, longer: timedelta = timedelta(0)) -> int:
    """Return the transfer after which a recent look reads."""
    begins = now - limits.RECONCILE_LOOKBACK - limits.RECONCILE_SLACK - longer
    return timeline.first_since(begins) - 1


def ask(check: Check, *, is_full: bool, now: datetime) -> Answer:
    """Ask one law; a full-only one must not be asked in a recent look."""
    assert is_full or not check.full_only
    most = limits.DIFFERENCES_PER_CHECK_MAX
    sql = (is_full and check.full_sql) or check.sql
    values = _chart() | {
        "since": 0 if is_full or not check.bounded else since_of(now, longer=check.looks_back),
        "now": now,
        "holds_before": now - limits.HOLD_RELEASED_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"select subject, book, amount_rials, facts from ({sql}) wrong"  # noqa: S608  (our own text)
            f" order by subject limit {most + 1}",
            values,
        )
        rows = cursor.fetchall()
    found = [
        Found(check.code, subject, book, amount, _facts(facts))
        for subject, book, amount, facts in rows[:most]
    ]
    is_shortened = len(rows) > most
    return Answer(
        check.code, found, not is_shortened and (is_full or not check.bounded), is_shortened
    )


def trial_balance() -> list[dict[str, Any]]:
    """Return the sums of every kind of account in every book, pending and posted."""
    sums = ", ".join(f"sum({name})::bigint" for name in BALANCES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select book, kind, count(*), {sums} from wallet_account"  # noqa: S608  (our own text)
            " group by book, kind order by book, kind"
        )
        rows = cursor.fetchall()
    return [dict(zip(("book", "kind", "accounts", *BALANCES), row, strict=True)) for row in rows]


def _facts(facts: Any) -> dict[str, Any]:
    """Return the facts as an object; Django's cursor leaves jsonb as text."""
    read: dict[str, Any] = json.loads(facts) if isinstance(facts, str) else facts
    return read


def _chart() -> dict[str, Any]:
    return {
        "kinds": list(CHART),
        "kept_debits": [rules.debits_must_not_exceed_credits for rules in CHART.values()],
        "kept_credits": [rules.credits_must_not_exceed_debits for rules in CHART.values()],
        "owners": [rules.owner for rules in CHART.values()],
        "books": [" ".join(rules.books) for rules in CHART.values()],
    }
