"""Corrections: four eyes, one decision, one transfer; and what plain SQL may not do to them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.ids import new_id
from core.limits import CORRECTION_TTL
from core.models import AuditEvent
from core.problems import InvalidInput, NotAllowed, NotFound
from tests.miniapps.build import make_maker
from tests.people import make_person
from tests.wallet.conftest import fill, wallet_of
from wallet import accounts, corrections, errors, ledger
from wallet.models import Account, Correction, Transfer

NOW = timezone.now()


@pytest.fixture
def saras(sara) -> Account:
    return wallet_of(sara, 100_000)


@pytest.fixture
def minas(mina) -> Account:
    return wallet_of(mina)


def proposed(debit, credit, actor, amount=30_000, **more) -> Correction:
    given = {"key": new_id("cor"), "reason": "دو بار برداشت شده بود", "now": NOW} | more
    return corrections.propose(debit=debit, credit=credit, amount=amount, actor=actor, **given)


def balances(*rows: Account) -> list[int]:
    return [Account.objects.get(pk=row.pk).balance for row in rows]


@pytest.mark.django_db
def test_a_correction_moves_money_only_when_another_has_approved_it(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)
    before = balances(saras, minas)

    done = corrections.approve(correction=wish, actor=kian, reason="سند را دیدم", now=NOW)

    assert before == [100_000, 0]
    assert balances(saras, minas) == [70_000, 30_000]
    assert (done.state, done.decided_by, done.decision_reason) == (
        "approved", kian, "سند را دیدم",
    )  # fmt: skip
    booked = done.transfer
    assert (booked.key, booked.reference, booked.reason, booked.amount_rials) == (
        wish.public_id, wish.public_id, "correction", 30_000,
    )  # fmt: skip


@pytest.mark.django_db
def test_every_step_stands_in_the_audit_trail(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)
    done = corrections.approve(correction=wish, actor=kian, reason="درست", now=NOW)

    trail = AuditEvent.objects.filter(subject_id=wish.public_id).order_by("pk")
    assert [(one.event, one.actor) for one in trail] == [
        ("wallet.correction.proposed", vida),
        ("wallet.correction.approved", kian),
    ]
    assert trail[1].facts == {
        "amount_rials": 30_000, "debit": saras.public_id, "credit": minas.public_id,
        "reason": "درست", "transfer": done.transfer.public_id,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("step", [corrections.approve, corrections.reject])
def test_nobody_decides_on_his_own_proposal(saras, minas, vida, step):
    wish = proposed(saras, minas, vida)

    with pytest.raises(errors.CorrectionNeedsAnother):
        step(correction=wish, actor=vida, reason="خودم دیدم", now=NOW)
    assert balances(saras, minas) == [100_000, 0]


@pytest.mark.django_db
def test_the_database_knows_four_eyes_too(saras, minas, vida):
    wish = proposed(saras, minas, vida)

    assert refused(
        "update wallet_correction set state = 'rejected', decided_by_id = proposed_by_id,"
        " decided_at = now() where id = %s", wish.pk,
    ) == "wallet_correction_four_eyes"  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["reza", "omid", "saman", "mina"])
def test_only_treasurers_propose_and_decide(saras, minas, vida, role, request):
    actor = request.getfixturevalue(role)
    wish = proposed(saras, minas, vida)

    for step in (
        lambda: proposed(saras, minas, actor),
        lambda: corrections.approve(correction=wish, actor=actor, reason="x", now=NOW),
        lambda: corrections.reject(correction=wish, actor=actor, reason="x", now=NOW),
    ):
        with pytest.raises(NotAllowed):
            step()


@pytest.mark.django_db
def test_nobody_corrects_an_account_of_his_own_or_of_his_maker(minas, vida, kian):
    own = wallet_of(vida, 1_000)
    makers = accounts.of_maker(make_maker(kian))

    with pytest.raises(errors.AccountIsYours):
        proposed(own, minas, vida, amount=10)
    with pytest.raises(errors.AccountIsYours):
        proposed(minas, own, vida, amount=10)
    wish = proposed(own, makers, make_person("نسترن", role="treasurer"), amount=10)
    for actor in (vida, kian):
        with pytest.raises(errors.AccountIsYours):
            corrections.approve(correction=wish, actor=actor, reason="x", now=NOW)
    assert balances(own, makers) == [1_000, 0]


@pytest.mark.django_db
def test_a_double_tap_on_approve_gives_the_same_answer_and_one_transfer(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)

    taps = [
        corrections.approve(correction=wish, actor=kian, reason="درست", now=NOW) for _ in range(2)
    ]

    assert taps[0].transfer == taps[1].transfer
    assert balances(saras, minas) == [70_000, 30_000]


@pytest.mark.django_db(transaction=True)
def test_of_many_approvers_at_once_one_books_and_the_others_hear_that_it_is_decided(
    saras, minas, vida
):
    wish = proposed(saras, minas, vida)
    approvers = [make_person(f"t{n}", role="treasurer") for n in range(6)]
    start = Barrier(len(approvers))

    def approve(actor) -> str:
        start.wait()
        try:
            corrections.approve(correction=wish, actor=actor, reason="درست", now=NOW)
        except errors.CorrectionDecided:
            return "decided"
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(len(approvers)) as pool:
        answers = list(pool.map(approve, approvers))

    assert sorted(answers) == ["booked"] + ["decided"] * 5
    assert balances(saras, minas) == [70_000, 30_000]
    assert Transfer.objects.filter(reason="correction").count() == 1


@pytest.mark.django_db(transaction=True)
def test_approve_and_reject_at_once_end_in_one_of_them(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)
    other = make_person("نسترن", role="treasurer")
    start = Barrier(2)

    def decide(pair) -> str:
        step, actor = pair
        start.wait()
        try:
            return step(correction=wish, actor=actor, reason="x", now=NOW).state
        except errors.CorrectionDecided as problem:
            return f"after {problem.members['state']}"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(decide, [(corrections.approve, kian), (corrections.reject, other)]))

    assert answers in ({"approved", "after approved"}, {"rejected", "after rejected"})
    moved = 30_000 if "approved" in answers else 0
    assert balances(saras, minas) == [100_000 - moved, moved]


@pytest.mark.django_db
def test_what_the_ledger_refuses_stays_proposed_and_may_be_approved_later(
    saras, minas, vida, kian, omid
):
    wish = proposed(saras, minas, vida, amount=100_001)
    frozen = proposed(saras, minas, vida, amount=1)

    with pytest.raises(errors.InsufficientFunds):
        corrections.approve(correction=wish, actor=kian, reason="x", now=NOW)
    accounts.freeze(account=saras, actor=omid, reason="حکم")
    with pytest.raises(errors.AccountFrozen):
        corrections.approve(correction=frozen, actor=kian, reason="x", now=NOW)
    accounts.unfreeze(account=saras, actor=omid, reason="حکم لغو شد")
    fill(saras, 1)

    done = corrections.approve(correction=wish, actor=kian, reason="x", now=NOW)
    assert done.state == "approved"
    assert balances(saras, minas) == [0, 100_001]


@pytest.mark.django_db
def test_a_rejected_correction_is_over(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)
    corrections.reject(correction=wish, actor=kian, reason="سند ندارد", now=NOW)

    with pytest.raises(errors.CorrectionDecided):
        corrections.approve(correction=wish, actor=kian, reason="x", now=NOW)
    assert balances(saras, minas) == [100_000, 0]


@pytest.mark.django_db
def test_a_proposal_ends_by_itself_and_is_not_approved_after_its_time(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)
    later = NOW + CORRECTION_TTL

    with pytest.raises(errors.CorrectionExpired):
        corrections.approve(correction=wish, actor=kian, reason="x", now=later)
    early, ended = (
        corrections.expire_old(now=later - timedelta(seconds=1)),
        corrections.expire_old(now=later),
    )

    wish.refresh_from_db()
    assert (early, ended, wish.state) == (0, 1, "expired")
    assert AuditEvent.objects.filter(event="wallet.correction.expired").count() == 1
    with pytest.raises(errors.CorrectionExpired):
        corrections.reject(correction=wish, actor=kian, reason="x", now=later)


@pytest.mark.django_db
def test_the_same_form_sent_twice_is_one_proposal(saras, minas, vida):
    key = new_id("cor")

    first = proposed(saras, minas, vida, key=key)
    second = proposed(saras, minas, vida, key=key)

    assert first == second
    assert AuditEvent.objects.filter(event="wallet.correction.proposed").count() == 1
    with pytest.raises(errors.CorrectionKeyReused):
        proposed(saras, minas, vida, key=key, amount=31_000)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2_001])
def test_a_reason_is_asked_for_at_each_step(saras, minas, vida, kian, reason):
    wish = proposed(saras, minas, vida)

    with pytest.raises(errors.ReasonMissing):
        proposed(saras, minas, vida, reason=reason)
    with pytest.raises(errors.ReasonMissing):
        corrections.approve(correction=wish, actor=kian, reason=reason, now=NOW)
    with pytest.raises(errors.ReasonMissing):
        corrections.reject(correction=wish, actor=kian, reason=reason, now=NOW)


@pytest.mark.django_db
def test_all_faults_of_a_proposal_are_told_at_once(saras, vida):
    with pytest.raises(InvalidInput) as caught:
        proposed(saras, saras, vida, amount=0, key="cor_x")

    assert [fault.pointer for fault in caught.value.faults] == [
        "#/key", "#/credit", "#/amount_rials",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_correction_about_a_payment_stands_where_its_transfers_stand(saras, minas, vida, kian):
    about = new_id("pay")
    done = corrections.approve(
        correction=proposed(saras, minas, vida, about=about), actor=kian, reason="x", now=NOW
    )

    assert (done.transfer.key, done.transfer.reference) == (done.public_id, about)


@pytest.mark.django_db
@pytest.mark.parametrize("about", ["acc_01m87sm8xgfe28jjwbnmxfe3re", "pay_1", "پرداخت", " "])
def test_a_correction_is_about_a_payment_a_top_up_a_cash_out_or_nothing(saras, minas, vida, about):
    with pytest.raises(InvalidInput) as caught:
        proposed(saras, minas, vida, about=about)

    assert [fault.pointer for fault in caught.value.faults] == ["#/about"]


@pytest.mark.django_db(transaction=True)
def test_a_table_of_the_same_name_does_not_stand_in_the_way_of_the_law(saras, minas, vida, kian):
    """A temporary table comes first where a function does not name the schema."""
    wish = proposed(saras, minas, vida)

    assert (
        refused(
            f"""
        create temporary table wallet_transfer on commit drop as
          select 1::bigint as id, public_id::text as key, 'posted'::text as kind,
            'correction'::text as reason, book, debit_account_id, credit_account_id, amount_rials,
            public_id::text as reference from wallet_correction where id = {wish.pk};
        update wallet_correction set state = 'approved', decided_by_id = {kian.pk},
          decided_at = now(), transfer_id = 1 where id = {wish.pk}
        """
        )
        == "correction-is-its-transfer"
    )


@pytest.mark.django_db
def test_test_money_and_real_money_are_not_corrected_into_each_other(saras, mina, vida):
    with pytest.raises(errors.BooksDiffer):
        proposed(saras, wallet_of(mina, book="test"), vida)


@pytest.mark.django_db
def test_an_account_is_named_by_its_id_or_by_a_phone_in_any_spelling(saras, sara):
    spelled = f"۰{sara.phone.removeprefix('+98')}"

    assert corrections.account_named(f" {saras.public_id} ", book="live") == saras
    assert corrections.account_named(spelled, book="live") == saras
    assert corrections.account_named(sara.phone, book="test").book == "test"
    with pytest.raises(errors.BooksDiffer):
        corrections.account_named(saras.public_id, book="test")
    for nobody in ("+989129999999", new_id("acc"), "", "سارا"):
        with pytest.raises(NotFound):
            corrections.account_named(nobody, book="live")


def refused(sql: str, *values: object) -> str:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    found = caught.value.__cause__.diag
    return found.message_primary if found.sqlstate == ledger.LAW else found.constraint_name


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "amount_rials = 1", "reason = 'x'", "credit_account_id = debit_account_id + 1",
        "book = 'test'", "proposed_by_id = proposed_by_id + 1", "public_id = 'cor_x'",
        "expires_at = now()", "decision_reason = 'x'", "about = 'pay_x'",
    ],
)  # fmt: skip
def test_what_was_proposed_is_not_changed_by_plain_sql(saras, minas, vida, change):
    wish = proposed(saras, minas, vida)

    assert (
        refused(f"update wallet_correction set {change} where id = %s", wish.pk)
        == "correction-immutable"
    )


@pytest.mark.django_db(transaction=True)
def test_no_correction_goes_away(saras, minas, vida):
    wish = proposed(saras, minas, vida)

    assert refused("delete from wallet_correction where id = %s", wish.pk) == "ledger-immutable"
    assert refused("truncate wallet_correction") == "ledger-immutable"


@pytest.mark.django_db
def test_no_decision_is_taken_back_or_made_up_by_plain_sql(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)
    other = proposed(minas, saras, vida, amount=30_000)
    done = corrections.approve(correction=wish, actor=kian, reason="x", now=NOW)
    decided = "decided_by_id = %s, decided_at = now()"

    assert refused(
        "update wallet_correction set state = 'proposed', decided_by_id = null, decided_at = null,"
        " transfer_id = null where id = %s", done.pk,
    ) == "correction-immutable"  # fmt: skip
    assert refused(
        f"update wallet_correction set state = 'approved', {decided} where id = %s",
        kian.pk, other.pk,
    ) == "correction-is-its-transfer"  # fmt: skip
    assert refused(
        f"update wallet_correction set state = 'approved', {decided}, transfer_id = %s where id = %s",
        kian.pk, Transfer.objects.get(reason="topup").pk, other.pk,
    ) == "correction-is-its-transfer"  # fmt: skip


@pytest.mark.django_db
def test_no_correction_begins_approved(saras, minas, vida, kian):
    wish = proposed(saras, minas, vida)
    done = corrections.approve(correction=wish, actor=kian, reason="x", now=NOW)
    columns = (
        "book, debit_account_id, credit_account_id, amount_rials, reason, state, proposed_by_id,"
        " proposed_at, expires_at, decided_by_id, decided_at, decision_reason"
    )
    copy = (
        f"insert into wallet_correction (public_id, {columns})"
        f" select 'cor_y', {columns} from wallet_correction where id = %s"
    )

    assert refused(copy, done.pk) == "correction-undecided"
    made = proposed(saras, minas, vida)
    assert (
        refused(
            f"insert into wallet_correction (public_id, {columns}) select 'cor_y', 'test'"
            f"{columns.removeprefix('book')} from wallet_correction where id = %s",
            made.pk,
        )
        == "books-differ"
    )
