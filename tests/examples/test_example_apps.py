"""The three examples in a real browser, under the platform's CSP, with and without a host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.examples.quiz_side import APP, Platform, start, stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

NO_STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('blocked', 'SecurityError'); }});"


def press(page: Page, button: str = "mainButton") -> None:
    page.evaluate("(name) => window.__mock.press(name)", button)


def main_button(page: Page) -> dict[str, Any]:
    return page.evaluate("window.__mock.state.main")


def answer_popups(page: Page, button: str) -> None:
    page.evaluate("(id) => { window.__mock.state.answer = id; }", button)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def add_to_cart(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=f"افزودن {name}", exact=True).click()


def test_cafe_takes_an_order(opened: Callable[..., Any]) -> None:
    with opened("cafe", query="?user=نیلوفر") as page:
        assert main_button(page)["visible"] is False
        add_to_cart(page, "لاته", "چای لاهیجان", "کلوچهٔ شکلاتی")
        assert main_button(page)["text"] == "دیدن سفارش، ۱۸۵٬۰۰۰ تومان"
        assert page.evaluate("window.__mock.state.confirm") is True
        press(page)
        assert main_button(page)["text"] == "ثبت سفارش، ۱۸۵٬۰۰۰ تومان"
        assert page.get_by_label("به نام").input_value() == "نیلوفر"
        page.get_by_label("یادداشت برای باریستا").fill("<b>کم‌شکر</b>")
        page.get_by_role("group", name="تعداد لاته", exact=True).get_by_label("یکی بیشتر").click()
        assert main_button(page)["text"] == "ثبت سفارش، ۲۸۰٬۰۰۰ تومان"
        press(page)
        press(page)
        page.wait_for_selector(".ticket")
        assert "<b>کم‌شکر</b>" in page.inner_text(".ticket")
        assert page.evaluate("window.__mock.state.confirm") is False
        page.reload()
        page.get_by_role("button", name="سفارش‌های من").click()
        assert page.locator(".past").count() == 1
        page.locator(".past").click()
        assert page.inner_text(".ticket .big") == "۱۰۱"
        assert "۲۸۰٬۰۰۰ تومان" in page.inner_text(".ticket")
        answer_popups(page, "cancel-order")
        page.get_by_role("button", name="لغو سفارش").click()
        page.get_by_role("button", name="همین را دوباره").click()
        assert main_button(page)["text"] == "ثبت سفارش، ۲۸۰٬۰۰۰ تومان"


def test_cafe_order_comes_of_time(opened: Callable[..., Any]) -> None:
    with opened("cafe") as page:
        page.clock.install()
        add_to_cart(page, "اسپرسو")
        press(page)
        press(page)
        page.wait_for_selector(".state.placed")
        page.clock.fast_forward("21:00")
        press(page, "backButton")
        page.get_by_role("button", name="سفارش‌های من").click()
        page.locator(".past").click()
        page.get_by_role("button", name="تحویل گرفتم").click()
        page.wait_for_selector(".state.collected")


@pytest.mark.parametrize("name", ["cafe", "dong", "quiz"])
def test_unreadable_storage_is_never_taken_for_empty(name: str, opened: Callable[..., Any]) -> None:
    with opened(name, query="?refuse=storage") as page:
        page.get_by_role("button", name="دوباره", exact=True).click()
        assert page.get_by_role("heading", name="داده‌های شما خوانده نشد").is_visible()
        assert not [
            call for call in page.evaluate("window.__mock.calls") if call[0] == "mainButton"
        ]
        page.evaluate("window.__mock.healed = true")
        page.get_by_role("button", name="دوباره", exact=True).click()
        page.wait_for_function("window.__mock.calls.some(([name]) => name === 'mainButton')")


def add_people(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_label("نام", exact=True).fill(name)
        page.keyboard.press("Enter")


def test_dong_splits_and_remembers(opened: Callable[..., Any]) -> None:
    with opened("dong") as page:
        add_people(page, "سارا", "علی (Ali)", "سارا", "کیان")
        assert page.locator(".person").count() == 3  # the second سارا was refused
        page.get_by_label("نام حساب").fill("سفر شمال")
        page.keyboard.press("Tab")
        press(page)
        for typed, about, payer in (("۱۰۰٬۰۰۰", "ویلا", 0), ("50001", "شام", 1)):
            press(page)
            page.get_by_label("مبلغ به تومان").press_sequentially(typed)
            page.get_by_label("بابت").fill(about)
            page.locator("input[name=payer]").nth(payer).check()
            press(page)
        assert "۱۵۰٬۰۰۱" in page.inner_text(".total")
        page.reload()
        page.get_by_role("tab", name="تسویه").click()
        # 100000 = 33334 + 33333 + 33333 and 50001 = 3 × 16667
        assert page.locator(".debt .sum").all_inner_texts() == ["۴۹٬۹۹۹ تومان", "۱ تومان"]
        page.get_by_role("button", name="رونوشت حساب برای گفت‌وگو").click()
        page.wait_for_selector("#toast.on")
        assert "سفر شمال" in page.evaluate("navigator.clipboard.readText()")
        while page.get_by_role("button", name="پرداخت شد").count():
            page.get_by_role("button", name="پرداخت شد").first.click()
        assert page.get_by_text("همه بی‌حساب‌اند").is_visible()


def test_dong_unequal_shares(opened: Callable[..., Any]) -> None:
    with opened("dong") as page:
        add_people(page, "سارا", "علی", "کیان")
        press(page)
        press(page)
        page.get_by_label("مبلغ به تومان").press_sequentially("100")
        page.get_by_label("چند سهم").check()
        page.get_by_label("سهم علی", exact=True).fill("۲")
        assert page.locator("[data-part]").all_inner_texts() == ["۲۵", "۵۰", "۲۵"]
        page.get_by_label("مبلغ دقیق").check()
        page.get_by_label("سهم سارا به تومان").fill("40")
        page.get_by_label("سهم علی به تومان").fill("۶۱")
        assert page.inner_text(".verdict") == "۱ تومان بیشتر از مبلغ است."
        assert main_button(page)["active"] is False
        page.get_by_label("سهم علی به تومان").fill("۵۹")
        assert page.inner_text(".verdict") == "۱ تومان مانده است."
        page.get_by_label("سهم کیان به تومان").fill("1")
        assert main_button(page)["active"] is True
        press(page)
        page.get_by_role("tab", name="تسویه").click()
        assert page.locator(".debt .sum").all_inner_texts() == ["۵۹ تومان", "۱ تومان"]


def test_dong_keeps_a_long_book(opened: Callable[..., Any]) -> None:
    people = [{"id": f"p{i}", "name": f"همسفر شمارهٔ {i}"} for i in range(30)]
    with opened("dong") as page:
        page.evaluate(
            """async (people) => {
                const { Cabinet } = await import("./kit/platform.js");
                const drawer = new Cabinet({
                  read: (key) => barnamak.storage.get(key), write: (key, value) => barnamak.storage.set(key, value),
                  erase: (key) => barnamak.storage.remove(key),
                }, "book");
                const shares = Object.fromEntries(people.map(({ id }) => [id, 1]));
                const expenses = Array.from({ length: 60 }, (_, i) => ({
                  id: `e${i}`, title: "خرج راه", amount: 1000, payer: "p0", kind: "equal", shares }));
                for (let i = 0; i < 3; i += 1) await drawer.save({ title: "کاروان", people, expenses, payments: [], next: 99 });
            }""",
            people,
        )
        keys = page.evaluate("barnamak.storage.keys()")
        assert len({key.split("-")[1] for key in keys if "-" in key}) == 1
        page.reload()
        page.wait_for_selector(".total")
        assert "۶۰٬۰۰۰" in page.inner_text(".total")


def play(page: Page, *, right: bool, finish: Callable[[Page], None]) -> None:
    """Answer ten questions; the module itself tells which choice is right."""
    for _ in range(10):
        page.wait_for_selector(".choice:not(:disabled)")
        place = page.evaluate(
            """async (right) => {
                const { QUESTIONS } = await import("./questions.js");
                const asked = QUESTIONS.find((one) => one.ask === document.querySelector(".ask h1").textContent);
                const texts = [...document.querySelectorAll(".choice bdi")].map((node) => node.textContent);
                return texts.findIndex((text) => (text === asked.choices[asked.right]) === right);
            }""",
            right,
        )
        page.locator(".choice").nth(place).click()
        finish(page)
    page.wait_for_selector(".result")


def best_of(page: Page) -> str:
    page.wait_for_selector(".facts")
    return page.locator(".facts strong").first.inner_text()


def test_quiz_score_survives_reload(opened: Callable[..., Any]) -> None:
    with opened("quiz", calm=True) as page:
        page.get_by_label("بازی با زمان").uncheck()
        press(page)
        play(page, right=True, finish=press)
        assert page.inner_text(".ring .big") == "۱٬۰۰۰"
        assert page.get_by_role("heading", name="بی‌نقص").is_visible()
        page.get_by_role("button", name="رونوشت نتیجه برای دوستان").click()
        page.wait_for_selector("#toast.on")
        assert "۱٬۰۰۰ امتیاز" in page.evaluate("navigator.clipboard.readText()")
        page.reload()
        assert best_of(page) == "۱٬۰۰۰"
        press(page)
        play(page, right=False, finish=press)
        assert page.inner_text(".ring .big") == "۰"
        page.reload()
        assert best_of(page) == "۱٬۰۰۰"


def test_quiz_time_runs_out(opened: Callable[..., Any]) -> None:
    with opened("quiz", calm=True) as page:
        page.clock.install()
        press(page)
        page.wait_for_selector(".clock")
        page.clock.run_for(21_000)
        page.wait_for_selector(".why")
        assert page.inner_text(".why strong") == "زمان تمام شد."
        assert page.inner_text(".clock") == "۰"


def test_quiz_score_is_kept_by_its_backend(opened: Callable[..., Any], tmp_path: Path) -> None:
    platform = Platform()
    told = tmp_path / "quiz.json"
    process, backend = start(
        tmp_path / "s.sqlite3", BARNAMAK_ORIGIN=platform.origin, QUIZ_CONFIG=str(told)
    )

    def served(origin: str) -> None:
        told.write_text(json.dumps({"app_id": APP, "origins": [origin]}))

    try:
        with opened(
            "quiz",
            calm=True,
            connect=backend,
            before=f"window.__token = '{platform.token()}';",
            served=served,
        ) as page:
            page.get_by_label("بازی با زمان").uncheck()
            press(page)
            play(page, right=True, finish=press)
            assert "شما ۱ از ۱" in page.inner_text("#app")
            page.evaluate("sessionStorage.clear()")  # what remains is what the backend kept
            page.reload()
            assert best_of(page) == "۱٬۰۰۰"
            assert page.locator(".ranks .you").count() == 1
    finally:
        stop(process)
        platform.close()


@pytest.mark.parametrize("name", ["cafe", "dong", "quiz"])
def test_works_in_a_plain_tab_even_without_storage(name: str, opened: Callable[..., Any]) -> None:
    with opened(name, mock=False, before=NO_STORAGE) as page:
        if name == "cafe":
            add_to_cart(page, "لاته")
        if name == "dong":
            add_people(page, "سارا", "علی")
        page.locator("#own-main button").click()
        page.wait_for_selector({"cafe": ".line", "dong": ".tabs", "quiz": ".choice"}[name])
        if name == "cafe":
            page.locator("#own-back").click()
            page.wait_for_selector(".hero")


@pytest.mark.parametrize(("scheme", "mock"), [("light", True), ("dark", False)])
def test_no_serious_barriers(scheme: str, mock: bool, opened: Callable[..., Any]) -> None:
    def go(page: Page) -> None:
        if mock:
            press(page)
        else:
            page.locator("#own-main button").click()

    look = {"mock": mock, "query": f"?scheme={scheme}", "scheme": scheme, "calm": True}
    with opened("cafe", **look) as page:
        add_to_cart(page, "لاته", "باقلوای یزدی")
        assert serious(page) == []
        go(page)
        assert serious(page) == []
        go(page)
        page.wait_for_selector(".ticket")
        assert serious(page) == []
    with opened("dong", **look) as page:
        add_people(page, "سارا", "علی", "کیان")
        assert serious(page) == []
        go(page)
        go(page)
        page.get_by_label("مبلغ به تومان").press_sequentially("1000")
        page.get_by_label("چند سهم").check()
        assert serious(page) == []
        go(page)
        page.get_by_role("tab", name="تسویه").click()
        assert serious(page) == []
    with opened("quiz", **look) as page:
        assert serious(page) == []
        go(page)
        page.locator(".choice").first.click()
        assert serious(page) == []
        assert page.locator(".why").is_visible()


def test_questions_are_sound(opened: Callable[..., Any]) -> None:
    with opened("quiz") as page:
        questions, topics = page.evaluate(
            "import('./questions.js').then((m) => [m.QUESTIONS, Object.keys(m.TOPICS)])"
        )
    assert len(questions) >= 20
    assert len({one["ask"] for one in questions}) == len(questions)
    for one in questions:
        assert one["topic"] in topics
        assert len(set(one["choices"])) == 4
        assert one["why"].endswith(".")
    assert all(sum(one["topic"] == topic for one in questions) >= 4 for topic in topics)
