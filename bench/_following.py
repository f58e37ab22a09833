"""What `bench.channels` runs inside the product: people, channels and memberships by COPY.

Every row follows from its number alone, so a run that was cut off goes on where it was, and a
larger size is the smaller one with more behind it.
"""

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench._inside import session_of
from core.ids import new_id
from identity.models import Person
from messenger import headcount, listing, messages
from messenger.models import Chat

FIRST_PERSON = 10_000_001
FIRST_CHANNEL = 1_000_001
FOLLOWED = 13  # channels each person follows; the first channel is followed by everybody
PEOPLE_A_STEP = 20_000
POSTS = 200  # in each channel, most of a year of working days
JOINERS = 8  # connections that join at once
JOINED_S = 4.0
SAMPLE = 200
BEGAN = datetime(2026, 3, 21, tzinfo=UTC)
FOREIGN_KEYS = {
    "messenger_membership": (("chat_id", "messenger_chat"), ("person_id", "identity_person")),
}


def fill(people: int, channels: int) -> None:
    """Bring the database to this many people and channels; print how it goes on."""
    _fill_channels(channels)
    _without_foreign_keys()
    began, first = time.perf_counter(), _loaded()
    for start in range(first, people, PEOPLE_A_STEP):
        end = min(start + PEOPLE_A_STEP, people)
        with transaction.atomic():
            _copy_people(start, end)
            _copy_memberships(start, end, channels)
        done = (end - first) * FOLLOWED
        rate = done / (time.perf_counter() - began)
        print(f"  {end * FOLLOWED:>12,} memberships  {end / people:>6.1%}  {rate:>9,.0f} a second",
              flush=True)  # fmt: skip
    _with_foreign_keys()
    with connection.cursor() as cursor:
        cursor.execute(
            """update messenger_chat c set members_count = n from (
                 select chat_id, count(*) n from messenger_membership
                  where chat_id >= %s group by 1) m where m.chat_id = c.id""",
            [FIRST_CHANNEL],
        )
        cursor.execute("vacuum (analyze) messenger_membership")
        cursor.execute("vacuum (analyze) messenger_chat")
        cursor.execute("vacuum (analyze) messenger_message")
        cursor.execute("vacuum (analyze) identity_person")
    print(f"  loaded in {time.perf_counter() - began:.0f} s, foreign keys and vacuum included")
    _sizes()


def _loaded() -> int:
    rows = Person.objects.filter(pk__gte=FIRST_PERSON)
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    return 0 if newest is None else newest - FIRST_PERSON + 1


def _fill_channels(channels: int) -> None:
    rows = Chat.objects.filter(pk__gte=FIRST_CHANNEL)
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    start = 0 if newest is None else newest - FIRST_CHANNEL + 1
    with transaction.atomic():
        _copy(
            "messenger_chat (id, public_id, kind, title, about, handle, created_at, last_seq,"
            " last_message_at, members_count)",
            (
                (FIRST_CHANNEL + n, new_id("cht"), "channel", f"فروشگاه {n}", "", f"bench_{n}",
                 BEGAN, POSTS, _posted(n, POSTS), 0)
                for n in range(start, channels)
            ),
        )  # fmt: skip
        _copy(
            "messenger_message (chat_id, seq, kind, text, card_kind, card_version, revision,"
            " created_at)",
            (
                (FIRST_CHANNEL + n, seq, "text", f"پست {seq} با کالاهای تازه " + "س" * 80, "", 0, 0,
                 _posted(n, seq))
                for n in range(start, channels) for seq in range(1, POSTS + 1)
            ),
        )  # fmt: skip


def _posted(channel: int, seq: int) -> datetime:
    return datetime.fromtimestamp(BEGAN.timestamp() + seq * 86_400 + channel * 7, tz=UTC)


def _copy_people(start: int, end: int) -> None:
    _copy(
        "identity_person (id, password, is_superuser, public_id, phone, first_name, last_name,"
        " language, is_staff, is_active, joined_at)",
        (
            (FIRST_PERSON + n, "!", False, new_id("per"), f"+98936{n:07}", "پیرو", str(n), "fa",
             False, True, BEGAN)
            for n in range(start, end)
        ),
    )  # fmt: skip


def _copy_memberships(start: int, end: int, channels: int) -> None:
    _copy(
        "messenger_membership (chat_id, person_id, role, read_seq, joined_at, muted)",
        (
            (FIRST_CHANNEL + channel, FIRST_PERSON + n, "member", (n + channel) % (POSTS + 1),
             BEGAN, False)
            for n in range(start, end) for channel in _followed(n, channels)
        ),
    )  # fmt: skip


def _followed(person: int, channels: int) -> set[int]:
    """Return the channels one person follows: a few large ones, many small ones."""
    chosen, state = {0}, person * 0x9E3779B97F4A7C15 + 1
    while len(chosen) < FOLLOWED:
        state = (state * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        chosen.add(int(channels * ((state >> 32) / 2**32) ** 2.5))
    return chosen


def _copy(into: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {into} from stdin") as sink:
        for row in rows:
            sink.write_row(row)


def _without_foreign_keys() -> None:
    """Take the checks row by row away for the load; they are made over all rows afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select conname from pg_constraint
                where conrelid = 'messenger_membership'::regclass and contype = 'f'"""
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'alter table messenger_membership drop constraint "{name}"')


def _with_foreign_keys() -> None:
    with connection.cursor() as cursor:
        for table, keys in FOREIGN_KEYS.items():
            for column, target in keys:
                cursor.execute(
                    f"""alter table {table} add constraint {table}_{column}_fk
                        foreign key ({column}) references {target} (id)
                        deferrable initially deferred"""
                )


def _sizes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from messenger_membership")
        rows = cursor.fetchone()[0]
        cursor.execute(
            """select 'heap', pg_relation_size('messenger_membership')
               union all select c.relname, pg_relation_size(c.oid) from pg_index i
                 join pg_class c on c.oid = i.indexrelid
                where i.indrelid = 'messenger_membership'::regclass order by 2 desc"""
        )
        found = cursor.fetchall()
    print(f"  {rows:,} memberships, {sum(size for _, size in found) / rows:.0f} bytes a row:")
    for name, size in found:
        print(f"    {name:<40} {size / rows:>6.1f} bytes a row  {size / 2**20:>8,.0f} MiB")


def my_channels() -> None:
    """Print queries, buffers and times of "my channels" as one JSON line at the end."""
    people = Person.objects.filter(pk__gte=FIRST_PERSON)
    last = people.order_by("-pk").values_list("pk", flat=True)[0]
    span = last - FIRST_PERSON + 1
    sample = [FIRST_PERSON + (n * 7919 + 13) % span for n in range(SAMPLE)]
    times, buffers, queries = [], [], 0
    for key in [*sample, *sample]:  # once cold, once warm: the second is what is printed
        person = Person.objects.get(pk=key)
        began = time.perf_counter()
        page = listing.channels_of(person)
        times.append((time.perf_counter() - began) * 1000)
        assert len(page.chats) >= FOLLOWED
    for key in sample[:50]:
        with CaptureQueriesContext(connection) as asked:
            listing.channels_of(Person(pk=key))
        queries = max(queries, len(asked))
        buffers.append(sum(_buffers(one["sql"]) for one in asked))
    warm = sorted(times[SAMPLE:])
    print(
        json.dumps(
            {
                "queries": queries,
                "buffers": statistics.median(buffers),
                "p50_ms": statistics.median(warm),
                "p95_ms": warm[int(len(warm) * 0.95)],
            }
        )
    )


def _buffers(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, buffers, format json) {sql}")
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    top = plan[0]["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


def publisher_and_reader() -> None:
    """Make somebody who writes in the largest channel; print what the sockets need as JSON."""
    channel = Chat.objects.get(pk=FIRST_CHANNEL)
    writer = Person.objects.get(pk=FIRST_PERSON)
    channel.memberships.filter(person=writer).update(role="owner")
    reader = Person.objects.get(pk=FIRST_PERSON + 1)
    found = {
        "chat": channel.public_id,
        "members": channel.members_count,
        "cookies": [session_of(reader), session_of(writer)],
    }
    print(json.dumps(found))


def post_costs() -> None:
    """Print rows and WAL of a post, and of the same as a row for each follower."""
    channel, writer = Chat.objects.get(pk=FIRST_CHANNEL), Person.objects.get(pk=FIRST_PERSON)
    wal, times = [], []
    for number in range(21):
        mark, began = _wal(), time.perf_counter()
        _post(channel, writer, number)
        times.append((time.perf_counter() - began) * 1000)
        wal.append(_wal() - mark)
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_inbox")
        cursor.execute(
            """create table bench_inbox (person_id bigint, chat_id bigint, seq bigint,
                                         primary key (person_id, chat_id, seq))"""
        )
        mark, began = _wal(), time.perf_counter()
        cursor.execute(
            """insert into bench_inbox select person_id, chat_id, 1 from messenger_membership
                where chat_id = %s""",
            [channel.pk],
        )
        rows, inbox_s, inbox_wal = cursor.rowcount, time.perf_counter() - began, _wal() - mark
        cursor.execute("drop table bench_inbox")
    print(
        f"  a post to {channel.members_count:,} followers: 1 row and 2 changed,"
        f" {min(wal):,} to {statistics.median(wal):,.0f} bytes of WAL (least to median; what else"
        f" writes and first touches of a page count in), {statistics.median(times):.1f} ms"
    )
    print(
        f"  the same as a row for each: {rows:,} rows, {inbox_wal:,} bytes of WAL, {inbox_s:.1f} s"
    )


def _post(channel: Chat, writer: Person, number: int) -> None:
    messages.send_text(
        chat=channel,
        sender=writer,
        text=f"امروز تا شب ارسال رایگان {number}",
        client_id=f"bench-{time.time_ns()}",
        now=timezone.now(),
    )


def _wal() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
        return int(cursor.fetchone()[0])


def joins() -> None:
    """Print joins a second of one channel, with deltas and with a counter in the chat's row."""
    results: dict[str, list[float]] = {"deltas": [], "counter": []}
    for _round in range(3):
        for name, join in (("deltas", headcount.enter), ("counter", _join_by_counter)):
            channel = Chat.objects.create(
                kind="channel", title="bench", handle=f"b{time.time_ns()}"
            )
            results[name].append(_joins_per_s(channel.pk, join))
            headcount.fold()
    ratios = [a / b for a, b in zip(results["deltas"], results["counter"], strict=True)]
    print(
        f"  joins a second of one channel, {JOINERS} connections:"
        f" {statistics.median(results['deltas']):,.0f} with deltas,"
        f" {statistics.median(results['counter']):,.0f} with a counter in its row;"
        f" ratio {min(ratios):.1f} to {max(ratios):.1f}"
    )


def _joins_per_s(channel: int, join: Callable[[int, int], bool]) -> float:
    counts = [0] * JOINERS
    ends = time.perf_counter() + JOINED_S

    def work(place: int) -> None:
        person = FIRST_PERSON + place
        while time.perf_counter() < ends:
            with transaction.atomic():
                counts[place] += join(channel, person)
            person += JOINERS
        connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(JOINERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / JOINED_S


def _join_by_counter(channel: int, person: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into messenger_membership
                 (chat_id, person_id, role, read_seq, joined_at, muted)
               values (%s, %s, 'member', 0, statement_timestamp(), false) on conflict do nothing""",
            [channel, person],
        )
        if cursor.rowcount != 1:
            return False
        cursor.execute(
            "update messenger_chat set members_count = members_count + 1 where id = %s", [channel]
        )
    return True
