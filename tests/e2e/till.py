"""A shop of a test in the running product: its mini-app, its invoices, and money to pay them."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from config.supervisor.testing import Product

PAGES = Path(__file__).parent / "harness" / "foreign" / "till"
PIN = "2580"  # of Ali, as the demo prints it
MANIFEST = {
    "app_id": "ir.example.till",
    "name": "صندوق",
    "version": {"code": 1, "name": "1.0.0"},
    "pages": ["index.html"],
    "req_permissions": [
        {"name": "payments", "reason": "برای پرداخت سفارش."},
        {"name": "fullscreen", "reason": "برای نمایش بزرگ."},
    ],
}
HEAD = """
import time
from django.utils import timezone
from identity.models import Maker, Person
from miniapps import registration, review, submission
from miniapps.models import App, Version
from wallet import accounts, invoices, ledger
from wallet.invoices import Asked, Line
from wallet.models import Payment, Spender
from wallet.money import Rials
now = timezone.now()
sara = Person.objects.get(phone="+989120001001")
ali = Person.objects.get(phone="+989120001002")
maker = Maker.objects.get(name="استودیو نارون")
"""
OPEN = """
app, _token = registration.register(
    maker=maker, actor=sara, slug="sandogh", name_fa="صندوق", name_en="Till", category="food",
    about_fa="پرداخت در صندوق نارون.",
)
with open({path!r}, "rb") as bundle:
    version, _new = submission.receive(
        app=app, upload=bundle, actor=sara, via=Version.Via.PAGE, note="", now=now
    )
while version.state in ("uploaded", "processing"):
    time.sleep(0.2)
    version.refresh_from_db()
assert version.state == "ready", [(one.rule, one.facts) for one in version.findings.all()]
mina = Person.objects.get(phone="+989120001011")
case = submission.submit(version=version, actor=sara, publish_on_approval=True, now=now)
review.claim(submission=case, reviewer=mina, now=now)
review.approve(submission=case, reviewer=mina, reasons="آزمون", now=now)
purse = accounts.of_person(ali)
ledger.post(ledger.move(
    debit=accounts.platform("bank").pk, credit=purse.pk, amount=Rials(20_000_000),
    reason="correction", key="till-" + ali.public_id, book="live",
))
"""
ASK = """
app = App.objects.get(slug="sandogh")
made = invoices.create(
    maker=maker, book={book!r}, audience=app.public_id if {inside} else "",
    asked=Asked(
        title={title!r}, about={about!r}, amount_rials={amount}, ask_first={ask_first},
        lines=[Line(*line) for line in {lines!r}],
    ),
    key="till-" + str(time.time_ns()), now=now,
)
print(made.public_id)
"""
COUNT = """
print(Payment.objects.filter(invoice__public_id={invoice!r}, state="captured").count())
"""
FORGET = """
Spender.objects.filter(person=ali).update(pin_failures=0, pin_locked_until=None)
"""


@dataclass
class Till:
    """A shop of the demo's maker; Ali has money and a PIN."""

    product: Product

    def run(self, text: str) -> str:
        """Run a piece of code in the product and return the last line it printed."""
        printed = self.product.manage("shell", "-c", HEAD + text).strip()
        return printed.splitlines()[-1] if printed else ""

    def open(self, folder: Path) -> None:
        """Publish the shop's mini-app and fill Ali's wallet."""
        bundle = folder / "till.zip"
        with zipfile.ZipFile(bundle, "w") as packed:
            for page in PAGES.iterdir():
                packed.write(page, page.name)
            packed.writestr("manifest.json", json.dumps(MANIFEST, ensure_ascii=False))
        self.run(OPEN.format(path=str(bundle)))

    def ask(
        self,
        amount: int = 125_000,
        *,
        title: str = "دو لاته",
        about: str = "",
        lines: tuple[tuple[str, int], ...] = (),
        ask_first: bool = False,
        book: str = "live",
        inside: bool = True,
    ) -> str:
        """Write an invoice and return its id; not `inside` is one of no app."""
        return self.run(
            ASK.format(
                amount=amount,
                title=title,
                about=about,
                lines=[list(line) for line in lines],
                ask_first=ask_first,
                book=book,
                inside=inside,
            )
        )

    def times_paid(self, invoice: str) -> int:
        """Return how often an invoice was paid, as the database has it."""
        return int(self.run(COUNT.format(invoice=invoice)))

    def forget_wrong_pins(self) -> None:
        """Let Ali try again at once."""
        self.run(FORGET)
