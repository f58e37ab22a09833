"""The payment simulator of an app: pay with test money while something goes wrong."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.limits import SIMULATION_RIALS_MAX, WEBHOOK_DELAY_S_MAX
from core.problems import Fault, InvalidInput, Problem
from core.text import latin_digits
from identity.models import Person
from identity.pages import person_of
from miniapps import access, simulating
from miniapps.models import App, WebhookEndpoint
from miniapps.pages.frame import form_page, of_app, show
from miniapps.pages.money_forms import frame_of, toman_in
from miniapps.pages.words import TONES, faults_by_field, problem_notice
from wallet.money import Rials

# What is played, in short; and what a good server of the maker does about it.
SCENARIOS = {
    "plain": (
        _("A payment without trouble"),
        _("The payer confirms once and all goes well."),
        _("Deliver the order when payment.captured arrives or the API says captured, once for "
          "each payment id."),
    ),
    "double-tap": (
        _("Double tap"),
        _("Two taps at the same moment with one Idempotency-Key."),
        _("Nothing more than for one payment: both taps are the same payment. Deliver once for "
          "each payment id."),
    ),
    "timeout": (
        _("Your server keeps silent before the checkout"),
        _("We act as if it gave no answer in time; nobody waits for it here."),
        _("Answer payment.pre_checkout well within 10 seconds: reserve, say yes, and do slow "
          "work later. Free what was reserved when payment.declined arrives."),
    ),
    "refusal": (
        _("Your server says no before the checkout"),
        _("It answers with a reason, such as that the last piece is gone."),
        _("Say no with a reason in the payer's words; deliver nothing. The same invoice can be "
          "paid later."),
    ),
    "paid-then-cancelled": (
        _("Paid, then cancelled"),
        _("Captured, and all of it given back at once."),
        _("Look at refunded_rials before the order leaves: payment.refunded may come right after "
          "payment.captured. Stop the order, and take it back if it has left."),
    ),
    "late-webhook": (
        _("Late webhook"),
        _("payment.captured is kept back as long as you say."),
        _("Do not wait for the webhook alone: when the payer comes back, ask the API or verify "
          "the payment token. When the event arrives later, do nothing twice."),
    ),
    "lost-answer": (
        _("Lost answer"),
        _("The payment is made, its answer gets lost, and the same request comes again."),
        _("Repeat with the same Idempotency-Key until an answer comes. It is the first answer, "
          "and nothing is paid twice."),
    ),
}  # fmt: skip
DELAYS_S = (30, 120, 600)
FIRST_TOMAN = "12500"


@form_page
def simulator(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/simulator/``: choose what goes wrong; then, what happened."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="edit")
    if request.method != "POST":
        given = {"scenario": "plain", "toman": FIRST_TOMAN, "delay": "120"}
        return show(request, "simulator.html", _context(person, app, given))
    given = {name: request.POST.get(name, "") for name in ("scenario", "toman", "delay")}
    try:
        run = _played(person, app, given)
    except Problem as problem:
        faults = faults_by_field(problem) if isinstance(problem, InvalidInput) else {}
        context = _context(person, app, given) | {
            "faults": faults, "refusal": "" if faults else problem_notice(problem),
        }  # fmt: skip
        return show(request, "simulator.html", context, status=problem.status)
    return show(request, "simulator.html", _context(person, app, given) | _shown(run))


def _played(person: Person, app: App, given: dict[str, str]) -> simulating.Run:
    faults = []
    amount = toman_in(given["toman"])
    if given["scenario"] not in SCENARIOS:
        faults.append(Fault("#/scenario", "must be one of the list", "choice"))
    if amount is None or not 1 <= amount <= SIMULATION_RIALS_MAX:
        detail = f"must be an amount of at most {SIMULATION_RIALS_MAX} rials"
        faults.append(Fault("#/toman", detail, "amount"))
    delay = latin_digits(given["delay"])
    if delay not in map(str, DELAYS_S):
        detail = f"must be a number of seconds up to {WEBHOOK_DELAY_S_MAX}"
        faults.append(Fault("#/delay", detail, "choice"))
    if faults:
        raise InvalidInput(faults)
    play = simulating.Play(app, person, Rials(amount or 0), timezone.now(), int(delay))
    return simulating.run(play=play, scenario=given["scenario"])


def _context(person: Person, app: App, given: dict[str, str]) -> dict[str, Any]:
    mode = WebhookEndpoint.Mode.TEST
    listening = WebhookEndpoint.objects.filter(app=app, mode=mode, state=WebhookEndpoint.State.ON)
    frame = frame_of(person, app.maker, tab="simulator", book="test")
    return frame | of_app(person, app, tab="simulator") | {
        "scenarios": [(name, title, text) for name, (title, text, _do) in SCENARIOS.items()],
        "delays": DELAYS_S,
        "given": given,
        "has_endpoint": listening.exists(),
    }  # fmt: skip


def _shown(run: simulating.Run) -> dict[str, Any]:
    title, _text, should = SCENARIOS[run.scenario]
    return {
        "run": run,
        "run_title": title,
        "should": should,
        "invoice_says": simulating.invoice_text(run.invoice),
        "tone": TONES[run.payment.state] if run.payment else "",
        "told": [
            {
                "event": one.event,
                "body": one.body,
                "deliveries": [
                    {"state": each.get_state_display(), "tone": TONES[each.state],
                     "due_at": each.due_at, "url": each.endpoint.url}
                    for each in one.deliveries
                ],
            }
            for one in run.events
        ],
        "moved": {
            "payer": run.purse_after - run.purse_before,
            "maker": run.merchant_after - run.merchant_before,
        },
    }  # fmt: skip
