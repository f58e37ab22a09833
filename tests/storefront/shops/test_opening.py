import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.problems import InvalidInput, NotFound
from messenger.models import Membership
from storefront.shops import access, opening
from storefront.shops.errors import (
    ShopAddressTaken,
    ShopRoleMissing,
    ShopStateForbids,
    TooManyShops,
)
from storefront.shops.models import Category, Shop, Staff
from storefront.shops.opening import Sign
from tests.shopping import make_shop

pytestmark = pytest.mark.django_db


def test_a_shop_opens_with_its_channel_and_its_owner(sara):
    shop = opening.found(
        person=sara, sign=Sign(title="گلستان", slug="@Golestan"), now=timezone.now()
    )

    assert (shop.status, shop.slug, shop.channel.handle) == ("draft", "golestan", "golestan")
    assert shop.maker.founder == sara
    assert Membership.objects.get(chat=shop.channel, person=sara).role == "owner"
    assert access.role_in(sara, shop) == "owner"


def test_an_address_belongs_to_one_shop_or_channel(sara, mina):
    make_shop(sara)

    with pytest.raises(ShopAddressTaken):
        make_shop(mina)

    assert Shop.objects.count() == 1


@pytest.mark.parametrize("slug", ["", "ab", "۱۲۳۴", "with space", "x" * 33])
def test_an_address_has_the_shape_of_a_handle(sara, slug):
    with pytest.raises(InvalidInput):
        make_shop(sara, slug=slug)


def test_a_maker_has_so_many_shops_and_no_more(sara, monkeypatch):
    monkeypatch.setattr(opening, "SHOPS_PER_MAKER_MAX", 1)
    first = make_shop(sara)

    with pytest.raises(TooManyShops):
        make_shop(sara, slug="second")

    opening.step(shop=first, name="close", actor=sara)
    make_shop(sara, slug="second")


def test_a_stranger_and_another_shops_staff_find_nothing(sara, mina):
    shop = make_shop(sara)
    make_shop(mina, slug="another")

    for name in (shop.slug, shop.public_id):
        with pytest.raises(NotFound):
            access.shop_of(mina, name)


def test_a_clerk_sees_orders_but_not_the_money(sara, dara):
    shop = make_shop(sara)
    Staff.objects.create(shop=shop, person=dara, role="clerk", added_at=timezone.now())

    assert access.shop_of(dara, shop.slug, right="orders") == shop
    with pytest.raises(ShopRoleMissing):
        access.shop_of(dara, shop.slug, right="money")


def test_a_suspended_shop_is_seen_by_nobody_and_does_not_open_itself(sara, omid):
    shop = make_shop(sara)
    opening.step(shop=shop, name="suspend", actor=omid, reason="گزارش مردم")

    with pytest.raises(NotFound):
        access.open_shop(shop.slug)
    with pytest.raises(ShopStateForbids):
        opening.step(shop=shop, name="open", actor=sara)


def test_an_installation_begins_with_a_tree_of_categories():
    shoes = Category.objects.get(slug="shoes")

    assert shoes.parent.slug == "clothing"
    assert shoes.title_in("en") == "Shoes"


def test_the_database_knows_no_other_status(sara):
    shop = make_shop(sara)

    with pytest.raises(IntegrityError), transaction.atomic():
        Shop.objects.filter(pk=shop.pk).update(status="haunted")
