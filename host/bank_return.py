"""The door through which a payer's browser comes back from the bank. It believes nothing.

The bank's page sends the browser here by a cross-site POST, which brings neither our session nor
our CSRF cookie (both are SameSite=Lax). So this door knows nobody: it takes the order's id from the
address, lets us ask the bank, and leads on to the person's own page, where the cookies are back.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from core import rates
from core.answers import problem_answer
from core.ids import is_id
from core.limits import (
    GATEWAY_CALLBACK_BYTES_MAX,
    GATEWAY_CALLBACK_FIELDS_MAX,
    GATEWAY_CALLBACK_VALUE_CHARS_MAX,
    GATEWAY_CALLBACKS_PER_MINUTE_MAX,
)
from core.problems import NotFound, Problem, TooLarge
from host.money_in_out import see_other
from identity.pages import caller_address
from wallet import topups
from wallet.gateways.errors import GatewayMismatch, GatewayUnknown

FORM = "application/x-www-form-urlencoded"
FOREIGN_STATUS = 409


@extend_schema(exclude=True)
class BankReturn(APIView):
    """``/wallet/back/<id>``: GET or POST, from anybody, within bounds."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request, top_up_id: str) -> HttpResponse:
        """Take what stands in the address."""
        return self._come_back(request._request, top_up_id)  # noqa: SLF001  # DRF's own way down

    def post(self, request: Request, top_up_id: str) -> HttpResponse:
        """Take what stands in the form too."""
        return self._come_back(request._request, top_up_id)  # noqa: SLF001

    @override
    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Answer whatever a browser says it likes to read: our answers are pages."""
        del force
        return super().perform_content_negotiation(request, force=True)

    def _come_back(self, request: HttpRequest, top_up_id: str) -> HttpResponse:
        try:
            limit = GATEWAY_CALLBACKS_PER_MINUTE_MAX
            rates.hit("bank-returns", caller_address(request), limit=limit, period_s=60)
            if not is_id(top_up_id, "top"):
                raise NotFound
            fields = _fields_of(request)
            topups.come_back(top_up_id=top_up_id, fields=fields, now=timezone.now())
        except GatewayMismatch:
            context = {"top_up_id": top_up_id}
            return render(request, "host/wallet_foreign.html", context, status=FOREIGN_STATUS)
        except GatewayUnknown:
            pass  # its settings were taken away: the order's own page says how it stands
        except Problem as problem:
            return problem_answer(request, problem)
        return see_other(reverse("top_up_state", args=[top_up_id]))


def _fields_of(request: HttpRequest) -> dict[str, str]:
    """Return the fields of the address and of the form, bounded. Raises TooLarge."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > GATEWAY_CALLBACK_BYTES_MAX:
        raise TooLarge(limit_bytes=GATEWAY_CALLBACK_BYTES_MAX)
    found = dict(request.GET.items())
    if request.method == "POST" and request.content_type == FORM:
        found |= dict(request.POST.items())
    most = GATEWAY_CALLBACK_VALUE_CHARS_MAX
    few = list(found.items())[:GATEWAY_CALLBACK_FIELDS_MAX]
    return {name[:most]: str(value)[:most].replace("\x00", "") for name, value in few}
