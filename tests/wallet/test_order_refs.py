"""A merchant's own reference leads to its payment by an index, however many invoices there are."""

import pytest
from django.db import connection, transaction

from tests.miniapps import build
from tests.people import make_person
from wallet import merchants
from wallet.models import Invoice

INVOICES = """
insert into wallet_invoice (public_id, book, maker_id, audience, key, title, about, lines, state,
  amount_rials, order_ref, payload, photo_url, ask_first, created_at, expires_at)
select 'inv_' || n, 'live', %s, '', 'many' || n, 't', '', '[]', 'paid', 1000,
  case when n %% 2 = 0 then '' else 'ORD-' || n end, '', '', false, now(), now()
  from generate_series(1, 20000) n"""
# No hold stands behind them: the transaction is rolled back before that is asked.
PAYMENTS = """
insert into wallet_payment (public_id, invoice_id, book, maker_id, audience, payer_id, key, state,
  amount_rials, fee_rials, refunded_rials, fee_refunded_rials, hold_id, decline_code,
  decline_reason, context, news, created_at, hold_ends_at)
select 'pay_' || id, id, book, maker_id, '', %s, 'many' || id, 'captured', 1000, 10, 0, 0, id, '',
  '', '{}', 0, now(), now() from wallet_invoice"""


@pytest.mark.django_db(transaction=True)
def test_a_search_by_reference_reads_no_more_than_the_index_says():
    payer, maker = make_person("مشتری"), build.make_maker(make_person("نارون"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INVOICES, [maker.pk])
        cursor.execute(PAYMENTS, [payer.pk])
        cursor.execute("analyze wallet_invoice")
        cursor.execute("analyze wallet_payment")
        found = merchants.payments(maker, merchants.Wanted(text="ORD-۷۷۷"))

        page, _more = merchants.page_of(found, before="", size=50)
        references = [row.invoice.order_ref for row in page]
        plans = [
            found.order_by("-pk")[:51].explain(),
            Invoice.objects.filter(order_ref__in=["ORD-777"]).order_by("-pk")[:51].explain(),
        ]
        transaction.set_rollback(True)

    assert references == ["ORD-777"]
    for plan in plans:
        assert "wallet_invoice_order_ref" in plan
        assert "Seq Scan" not in plan
