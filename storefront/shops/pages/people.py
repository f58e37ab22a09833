"""Who works in the shop: added by phone, given another role, taken out."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.problems import Fault, InvalidInput, NotFound
from identity.models import Person
from identity.phones import NotAPhoneNumber, masked, normalise
from storefront.shops import staffing
from storefront.shops.access import Role
from storefront.shops.models import Staff
from storefront.shops.pages.frame import go, page, show, step, to_path

MEANINGS = {
    Role.OWNER: gettext_lazy("Everything, money and staff too"),
    Role.MANAGER: gettext_lazy("Everything but staff and cash-outs; writes in the channel"),
    Role.CLERK: gettext_lazy("Orders only"),
    Role.CONTENT: gettext_lazy("Products and posts; writes in the channel"),
}


@page()
def people(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/staff/``: two queries."""
    rows = Staff.objects.filter(shop=member.shop).select_related("person").order_by("pk")
    context = {
        "tab": "staff",
        "people": [
            {"member": one, "person": one.person, "phone": masked(one.person.phone),
             "is_me": one.person_id == member.person_id}
            for one in rows
        ],
        "roles": [{"key": one.value, "label": one.label, "meaning": MEANINGS[one]} for one in Role],
    }  # fmt: skip
    return show(request, "staff.html", member, context)


@step("staff")
def appoint(request: HttpRequest, member: Staff) -> HttpResponse:
    """Add a person by phone, or change his role."""
    try:
        phone = normalise(request.POST.get("phone", "")[:64])
    except NotAPhoneNumber:
        raise InvalidInput([Fault("#/phone", "is no phone number", "shape")]) from None
    role = request.POST.get("role", "")
    made = staffing.appoint(
        shop=member.shop, phone=phone, role=role, actor=member.person, now=timezone.now()
    )
    said = _("%(name)s works here as «%(role)s» now.")
    name = made.person.name or masked(phone)
    flashes.success(request, said % {"name": name, "role": made.get_role_display()})
    return go("shop_staff", member.shop)


@step("staff")
def change(request: HttpRequest, member: Staff, person_id: str) -> HttpResponse:
    """Give somebody of the staff another role, or take him out."""
    there = Staff.objects.filter(shop=member.shop, person__public_id=person_id)
    theirs = there.select_related("person").first()
    if theirs is None:
        raise NotFound
    person: Person = theirs.person
    if request.POST.get("step") == "dismiss":
        staffing.dismiss(shop=member.shop, person=person, actor=member.person)
        flashes.success(request, _("%(name)s does not work here any more.") % {"name": person.name})
        if person.pk == member.person_id:
            return to_path(reverse("shops_mine"))
        return go("shop_staff", member.shop)
    role = request.POST.get("role", "")
    staffing.appoint(
        shop=member.shop, phone=person.phone, role=role, actor=member.person, now=timezone.now()
    )
    flashes.success(request, _("The role was changed."))
    return go("shop_staff", member.shop)
