"""The demo's mini-apps opened in chats, from cards, from the chat's menu and by address."""

import json
import re

import pytest
from playwright.sync_api import FrameLocator, Page, Response, expect

from config.supervisor.testing import Product
from tests.e2e.people import (
    DESK,
    PHONES,
    Demo,
    Visits,
    agree,
    app_of,
    close_app,
    enter_chat,
    fa,
    main_button,
    open_menu,
    runner,
    sign_in,
)

pytestmark = pytest.mark.e2e

DEAF_MS = 550  # a sheet takes no press in the first half second
GROUP, CAFE, QUIZ_CHAT = "کوه جمعه‌ها", "کافه نارون", "سارا کریمی"
RIGHT_CHOICE = """async (ask) => {
    const { QUESTIONS } = await import(new URL("./questions.js", document.querySelector("script[src*='quiz.js']").src));
    const one = QUESTIONS.find((question) => question.ask === ask.textContent);
    return one.choices[one.right];
}"""


def open_card(page: Page, title: str) -> FrameLocator:
    """Press the newest card of the chat and return the app's page."""
    enter_chat(page, title)
    page.locator("#chat-pane [data-app]").last.click()
    return app_of(page)


class SavedBook:
    """Tells when the bill splitter has kept a book with a certain amount.

    A save writes pieces named by generation, then the head that names the generation; the answer of
    an earlier save may come late.
    """

    def __init__(self, amount: str) -> None:
        self.amount = amount
        self.generation = ""

    def __call__(self, answer: Response) -> bool:
        if not answer.url.endswith("/bridge"):
            return False
        call = json.loads(answer.request.post_data or "{}")
        key, value = (str(call.get("params", {}).get(name, "")) for name in ("key", "value"))
        if key.startswith("book-") and self.amount in value:
            self.generation = key.split("-")[1]
        return key == "book" and str(json.loads(value)["generation"]) == self.generation


def play(page: Page) -> None:
    """Answer ten questions rightly, without the clock."""
    app = app_of(page)
    app.get_by_label("بازی با زمان").uncheck()
    main_button(page).click()
    for answered in range(10):
        ask = app.locator(".ask h1")
        expect(app.locator(".choice:not(:disabled)")).to_have_count(4)
        right = ask.evaluate(RIGHT_CHOICE)
        app.locator(".choice").filter(has=app.get_by_text(right, exact=True)).click()
        expect(main_button(page)).to_have_text("دیدن نتیجه" if answered == 9 else "پرسش بعدی")
        main_button(page).click()
    expect(app.locator(".result")).to_be_visible()


def test_the_group_s_card_opens_the_bill_splitter_and_its_book_survives(visits: Visits) -> None:
    ali = visits.open("ali")
    app = open_card(ali, GROUP)
    expect(ali.locator("#app-pane .sheet__title")).to_contain_text("دُنگ")
    for name in ("علی", "مریم"):
        app.get_by_label("نام", exact=True).fill(name)
        app.get_by_label("نام", exact=True).press("Enter")
    expect(app.locator(".person")).to_have_count(2)
    app.get_by_label("نام حساب").fill("سفر شمال")
    app.get_by_label("نام حساب").press("Tab")
    main_button(ali).click()
    main_button(ali).click()
    app.get_by_label("مبلغ به تومان").press_sequentially("۱۲۰۰۰۰")
    app.get_by_label("بابت").fill("ویلا")
    with ali.expect_response(SavedBook("120000")):
        main_button(ali).click()
    expect(app.locator(".total")).to_contain_text("۱۲۰٬۰۰۰")

    ali.reload()
    ali.locator("#chat-pane [data-app]").last.click()

    expect(app_of(ali).locator(".total")).to_contain_text("۱۲۰٬۰۰۰")
    close_app(ali)
    expect(ali.locator("#chat-pane textarea")).to_be_visible()


def test_what_an_app_keeps_in_the_browser_survives_a_reload(visits: Visits) -> None:
    # In the browser's own storage, or in the platform's stand-in where the browser blocks that.
    ali = visits.open("ali")
    app = open_card(ali, GROUP)
    expect(app.locator("#app:not([aria-busy])")).to_be_visible()
    app.locator("body").evaluate("() => { localStorage.setItem('kept', 'سلام'); }")
    close_app(ali)

    ali.reload()
    ali.locator("#chat-pane [data-app]").last.click()

    expect(app.locator("#app:not([aria-busy])")).to_be_visible()
    assert app.locator("body").evaluate("() => localStorage.getItem('kept')") == "سلام"
    close_app(ali)


def test_the_chat_s_menu_offers_the_apps_and_opens_one(visits: Visits) -> None:
    maryam = visits.open("maryam", screen=DESK)
    enter_chat(maryam, GROUP)
    menu = open_menu(maryam)
    expect(menu.locator(".app-line").first).to_contain_text("دُنگ")  # the chat's own come first
    for name in (CAFE, "دانا"):
        expect(menu.locator(".app-line", has_text=name)).to_be_visible()
    menu.get_by_role("searchbox").fill("دانا")
    expect(menu.locator(".app-line")).to_have_count(1)
    menu.locator(".app-line button").first.click()

    expect(main_button(maryam)).to_have_text("شروع بازی")
    expect(maryam.locator("#chat-pane textarea")).to_be_visible()  # beside the chat on a desk
    close_app(maryam)


def test_the_cafe_asks_before_it_may_know_the_name(visits: Visits) -> None:
    ali = visits.open("ali")
    app = open_card(ali, CAFE)
    consent = runner(ali).locator(".consent")
    expect(consent).to_contain_text("استودیو نارون")
    expect(consent).to_contain_text("تا نام شما روی سفارش نوشته شود.")
    agree(ali)
    app.get_by_role("button", name="افزودن چای لاهیجان", exact=True).click()
    main_button(ali).click()
    expect(app.get_by_label("به نام")).to_have_value("علی")
    main_button(ali).click()
    sheet = runner(ali).locator("dialog.pay-sheet")
    expect(sheet).to_be_visible()
    ali.wait_for_timeout(DEAF_MS)
    sheet.locator("[data-pay=pay]").click()  # little enough to be paid without the PIN
    sheet.locator("[data-pay=done]").click()
    expect(app.locator(".ticket")).to_be_visible()
    number = app.locator(".ticket .big").inner_text()
    close_app(ali)

    ali.reload()
    ali.locator("#chat-pane [data-app]").last.click()
    expect(consent).to_have_count(0)  # asked once
    app.get_by_role("button", name="سفارش‌های من").click()
    app.locator(".past").first.click()
    expect(app.locator(".ticket .big")).to_have_text(number)
    close_app(ali)


def test_who_does_not_give_the_name_is_served_without_it(visits: Visits) -> None:
    maryam = visits.open("maryam")
    app = open_card(maryam, CAFE)
    runner(maryam).get_by_role("switch").uncheck()
    agree(maryam)
    app.get_by_role("button", name="افزودن لاته", exact=True).click()
    main_button(maryam).click()

    expect(app.get_by_label("به نام")).to_have_value("")
    maryam.goto("/account/")
    expect(maryam.locator("#apps")).not_to_contain_text("کافه نارون")


def test_the_quiz_keeps_its_score_on_its_own_server(visits: Visits, product: Product) -> None:
    ali = visits.open("ali")
    app = open_card(ali, QUIZ_CHAT)
    play(ali)
    ranks = app.locator(".ranks .you")
    expect(ranks).to_contain_text("۱٬۰۰۰")  # the board comes from the server alone
    close_app(ali)
    log = (product.plan.logs / "quiz.log").read_text()
    assert '"POST /scores HTTP/1.1" 200' in log

    ali.reload()
    ali.locator("#chat-pane [data-app]").last.click()

    expect(app.locator(".facts strong").first).to_have_text("۱٬۰۰۰")
    expect(app.locator(".ranks .you")).to_contain_text("۱٬۰۰۰")
    close_app(ali)


def test_a_deep_link_opens_the_app_with_its_parameter(visits: Visits) -> None:
    reza = visits.open("reza", "/a/dana?startapp=invite_7")

    expect(main_button(reza)).to_have_text("شروع بازی")
    frame = runner(reza).locator("iframe.run-frame")
    expect(frame).to_have_attribute("src", re.compile("tgWebAppStartParam=invite_7"))
    close_app(reza)
    expect(reza).to_have_url(re.compile(r":\d+/$"))


def test_a_stranger_sees_the_app_signs_in_and_it_opens(visits: Visits, demo: Demo) -> None:
    page = visits.open("", "/a/dana?startapp=invite_7")
    expect(page.get_by_role("heading", name="دانا")).to_be_visible()
    expect(page.locator("#main")).to_contain_text("استودیو نارون")
    page.get_by_role("link", name=fa("Sign in and open")).click()
    sign_in(page, PHONES["sara"], demo.code("sara"))

    expect(main_button(page)).to_have_text("شروع بازی")
    expect(page).to_have_url(re.compile(r"/a/dana\?startapp=invite_7$"))
    frame = runner(page).locator("iframe.run-frame")
    expect(frame).to_have_attribute("src", re.compile("tgWebAppStartParam=invite_7"))


def test_an_unknown_app_is_a_page_that_says_so(visits: Visits) -> None:
    visits.forgive(r"status of 404")
    page = visits.open("", "/a/there-is-none")

    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("not-found")
