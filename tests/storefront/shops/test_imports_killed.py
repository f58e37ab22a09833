"""A worker that dies in the middle: the next one goes on, and the tables end the same."""

import os
import signal

import pytest
from django.db import connection

from storefront.shops.imports import applying, running, staging, writing
from storefront.shops.models import Import, Product, Shop, Stock, Variant
from tests.people import make_person
from tests.shopping import make_shop
from tests.storefront.shops.importing import HEAD, applied, begun, csv_of, worked

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 40
CHUNK = 8


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(staging, "IMPORT_CHUNK_ROWS", CHUNK)
    monkeypatch.setattr(applying, "IMPORT_CHUNK_ROWS", CHUNK)
    monkeypatch.setattr(applying, "PRODUCT_VARIANTS_MAX", 1)


def die_in(batch, module, name, *, call):
    """Work in a process of its own that is killed behind the n-th call of a function."""
    pid = os.fork()
    if pid == 0:
        connection.connection = None  # the parent's: it is neither used nor closed here
        real, calls = getattr(module, name), []

        def counted(*args, **named):
            result = real(*args, **named)
            calls.append(1)
            if len(calls) == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(module, name, counted)
        running.go_on(import_id=batch.public_id)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def test_an_import_killed_while_it_reads_and_while_it_writes_ends_with_the_same_rows():
    sara = make_person("سارا")
    shop = make_shop(sara)
    data = csv_of(*((f"k{n:02}", f"کالای {n}", 1000 + n, n) for n in range(ROWS)), head=HEAD)
    batch = begun(sara, data, shop=shop)
    columns = {"sku": 0, "title": 1, "price": 2, "on_hand": 3}
    Import.objects.filter(pk=batch.pk).update(columns=columns, unit="toman", state="checking")

    die_in(batch, staging, "_rows", call=3)
    batch.refresh_from_db()
    assert batch.rows.count() == batch.rows_read == 2 * CHUNK
    worked(batch)
    assert (batch.state, batch.rows.count(), batch.rows_bad) == ("checked", ROWS, 0)

    Import.objects.filter(pk=batch.pk).update(state="applying")
    die_in(batch, writing, "save_rows", call=3)
    batch.refresh_from_db()
    assert Variant.objects.count() == batch.rows_applied == 2 * CHUNK
    worked(batch)

    assert (batch.state, batch.rows_applied) == ("done", ROWS)
    assert Product.objects.count() == Stock.objects.count() == ROWS
    expected = [(f"k{n:02}", 10 * (1000 + n), n) for n in range(ROWS)]
    assert (
        list(Variant.objects.order_by("sku").values_list("sku", "price", "stock__on_hand"))
        == expected
    )
    assert Shop.objects.get().products.count() == ROWS
    with pytest.raises(Exception, match="import-not-ready"):
        applied(batch, sara)
