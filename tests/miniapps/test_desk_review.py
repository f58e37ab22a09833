"""The reviewer's queue and desk: who sees what, who may decide, what is shown of a version."""

from datetime import timedelta

import pytest
from django.utils import timezone

from identity.makers import set_member
from miniapps import review
from miniapps.desk import reading
from miniapps.desk.compared import compared
from miniapps.models import App, Finding, Submission
from tests.miniapps import build
from tests.miniapps.browsing import at_the_desk, counted, said, words
from tests.people import signed_in

QUEUE = "/admin/miniapps/submission/"
LOCATION = [{"name": "location", "reason": "نزدیک‌ترین شعبه"}]


def english(person):
    client = at_the_desk(person)
    client.cookies["language"] = "en"
    return client


def desk_of(case, step=""):
    return f"{QUEUE}{case.pk}/{step}/" if step else f"{QUEUE}{case.pk}/change/"


def decide(client, case, decision, **more):
    given = {"decision": decision, "version": case.version.public_id, "reasons": ""} | more
    return client.post(desk_of(case, "decide"), given)


def test_a_reviewer_without_the_second_factor_is_not_in(cafe, reza):
    build.submitted(cafe)

    assert signed_in(reza).get(QUEUE).status_code == 302


def test_the_queue_shows_what_waits_the_most_urgent_first(studio, reza):
    late, soon, later = (build.submitted(build.make_app(studio, name_en=f"App {n}")) for n in "ABC")
    done = build.submitted(build.make_app(studio, name_en="Done"))
    now = timezone.now()
    for case, due in ((late, -5), (soon, 3), (later, 60)):
        Submission.objects.filter(pk=case.pk).update(due_at=now + timedelta(hours=due))
    Submission.objects.filter(pk=done.pk).update(state="withdrawn")

    html = english(reza).get(QUEUE).content.decode()
    rows = html[html.index('id="result_list"') :]

    assert rows.index("App A") < rows.index("App B") < rows.index("App C")
    assert "Done" not in rows
    assert "badge--bad" in rows
    assert "overdue" in rows
    assert "badge--warn" in rows
    assert "Done" in english(reza).get(f"{QUEUE}?queue=decided").content.decode()


def test_the_first_page_tells_how_the_queue_stands(studio, reza, roya):
    late, mine, _free = (build.submitted(build.make_app(studio)) for _ in range(3))
    Submission.objects.update(due_at=timezone.now() + timedelta(hours=1))
    Submission.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    review.claim(submission=mine, reviewer=reza, now=timezone.now())

    numbers = at_the_desk(reza).get("/admin/").context["queue"]
    hers = at_the_desk(roya).get("/admin/").context["queue"]

    assert [number.count for number in numbers] == [3, 1, 2, 1, 0]
    assert [number.tone for number in numbers] == ["", "bad", "", "", ""]
    assert [number.count for number in hers] == [3, 1, 2, 0, 0]
    page = at_the_desk(reza).get("/admin/").content.decode()
    assert "از مهلت گذشته" in page
    assert "اخیر" not in page  # Django's log of actions, which nothing here writes


def test_what_was_found_is_counted_in_persian(studio, reza):
    build.submitted(build.make_app(studio, slug="only-one"))

    page = at_the_desk(reza).get(f"{QUEUE}?q=only-one").content.decode()

    assert "۱ نتیجه (" in page
    assert "برای یافتن بنویسید" in page


def test_the_queue_is_searched_by_name_in_both_languages(studio, reza):
    build.submitted(build.make_app(studio, name_fa="نان تازه", name_en="Bread"))
    build.submitted(build.make_app(studio, name_fa="گل", name_en="Flower"))

    found = english(reza).get(QUEUE, {"q": "نان"}).content.decode()

    assert "Bread" in found
    assert "Flower" not in found


def test_the_queue_asks_as_much_for_many_cases_as_for_one(studio, reza):
    build.submitted(build.make_app(studio))
    client = at_the_desk(reza)
    client.get(QUEUE)
    with counted() as one:
        client.get(QUEUE)
    for _ in range(4):
        build.submitted(build.make_app(studio))
    with counted() as many:
        client.get(QUEUE)

    assert many() == one()


def test_the_queue_is_persian_with_jalali_dates(cafe, reza):
    case = build.submitted(cafe)
    client = at_the_desk(reza)
    client.cookies["language"] = "fa"

    queue, desk = words(client.get(QUEUE)), words(client.get(desk_of(case)))

    assert "صف بررسی" in queue
    assert "۱۴۰۵" in desk
    assert "Decision" not in desk


def test_a_case_is_taken_given_back_and_taken_by_another(cafe, reza, roya):
    case = build.submitted(cafe)
    mine, hers = english(reza), english(roya)

    assert "The case is yours" in said(mine, mine.post(desk_of(case, "claim")))
    assert f"{reza.name} has taken the case" in words(hers.get(desk_of(case)))
    assert "already-claimed" in said(hers, hers.post(desk_of(case, "claim")))
    mine.post(desk_of(case, "unclaim"))
    hers.post(desk_of(case, "claim"))

    case.refresh_from_db()
    assert case.claimed_by == roya


def test_a_sign_of_life_prolongs_the_claim_without_words(cafe, reza):
    case = build.submitted(cafe)
    client = english(reza)
    client.post(desk_of(case, "claim"))
    Submission.objects.filter(pk=case.pk).update(claimed_until=timezone.now())

    answer = client.post(desk_of(case, "claim"), HTTP_ACCEPT="application/json")

    case.refresh_from_db()
    assert answer.json() == {}
    assert case.claimed_until > timezone.now() + timedelta(minutes=20)


def test_approval_publishes_and_says_so_before_and_after(cafe, reza):
    case = build.claimed(cafe, reza)
    client = english(reza)

    before = words(client.get(desk_of(case)))
    after = said(client, decide(client, case, "approve"))

    cafe.refresh_from_db()
    assert "Approval publishes version 1.0.0 to everyone at once." in before
    assert "Approved and published to everyone." in after
    assert cafe.status == App.Status.LIVE


def test_approval_without_publication_says_that(cafe, reza):
    case = build.claimed(cafe, reza, publish=False)
    client = english(reza)

    assert "Approval publishes nothing" in words(client.get(desk_of(case)))
    decide(client, case, "approve")

    cafe.refresh_from_db()
    assert not cafe.can_be_launched


def test_nobody_decides_on_the_app_of_his_own_maker(cafe, studio, sara, reza):
    case = build.submitted(cafe)
    set_member(maker=studio, phone=reza.phone, role="analyst", actor=sara)
    client = english(reza)

    page = client.get(desk_of(case))
    refused = client.post(desk_of(case, "claim"))

    assert "You belong to the maker of this app" in words(page)
    assert desk_of(case, "claim") not in page.content.decode()
    assert "reviewer-is-maker" in said(client, refused)


@pytest.mark.parametrize("role", ["omid", "saman"])
def test_operators_and_support_look_and_decide_nothing(cafe, reza, role, request):
    case = build.claimed(cafe, reza)
    client = english(request.getfixturevalue(role))

    page = words(client.get(desk_of(case)))
    refused = said(client, decide(client, case, "approve"))

    case.refresh_from_db()
    assert "only reviewers decide" in page
    assert "not-allowed" in refused
    assert case.state == "claimed"


def test_a_member_of_staff_without_the_permission_finds_no_desk(cafe, reza):
    case = build.submitted(cafe)
    reza.groups.clear()

    assert english(reza).get(desk_of(case)).status_code == 403
    assert english(reza).post(desk_of(case, "claim")).status_code == 403


@pytest.mark.parametrize("decision", ["approve", "request_changes", "reject"])
def test_only_who_has_taken_the_case_decides(cafe, reza, roya, decision):
    case = build.claimed(cafe, reza)
    client = english(roya)

    page = said(client, decide(client, case, decision, reasons="x"))

    case.refresh_from_db()
    assert "not-your-claim" in page
    assert case.state == "claimed"


def test_a_decision_is_about_the_bytes_that_were_on_the_page(cafe, reza):
    case = build.claimed(cafe, reza)
    client = english(reza)

    page = said(client, decide(client, case, "approve", version="ver_another"))

    case.refresh_from_db()
    assert "invalid-input" in page
    assert case.state == "claimed"


def test_a_rejection_and_a_request_for_changes_need_words(cafe, reza):
    case = build.claimed(cafe, reza)
    client = english(reza)

    assert "reasons-missing" in said(client, decide(client, case, "reject"))
    assert "findings-missing" in said(client, decide(client, case, "request_changes"))
    decide(client, case, "request_changes", reasons="دکمه کار نمی‌کند")

    case.refresh_from_db()
    assert (case.state, case.reasons) == ("changes_requested", "دکمه کار نمی‌کند")


def test_a_decision_that_does_not_exist_changes_nothing(cafe, reza):
    case = build.claimed(cafe, reza)
    client = english(reza)

    assert "invalid-input" in said(client, decide(client, case, "delete"))


def test_an_open_error_stands_in_the_way_until_it_is_settled(cafe, reza):
    case = build.claimed(cafe, reza)
    client = english(reza)
    finding = {
        "rule": "review-function", "severity": "error", "text": "<script>alert(1)</script>",
        "path": "app.js", "line": "۳", "anchor": "findings",
    }  # fmt: skip

    answer = client.post(desk_of(case, "finding"), finding)
    found = Finding.objects.get(submission=case)
    page = client.get(desk_of(case))
    refused = said(client, decide(client, case, "approve"))
    client.post(desk_of(case, "settle"), {"finding": found.public_id, "state": "waived"})
    decide(client, case, "approve")

    case.refresh_from_db()
    assert answer["Location"].endswith("#findings")
    assert found.line == 3
    assert "Open errors: 1" in words(page)
    assert "<script>alert(1)" not in page.content.decode()
    assert "findings-open" in refused
    assert case.state == "approved"


@pytest.mark.parametrize("line", ["x", "0", "-1", "99999999999", "1.5"])
def test_a_line_that_is_no_number_is_refused(cafe, reza, line):
    case = build.claimed(cafe, reza)
    client = english(reza)
    given = {"rule": "review-function", "severity": "error", "text": "x", "line": line}

    assert "invalid-input" in said(client, client.post(desk_of(case, "finding"), given))
    assert not Finding.objects.filter(submission=case).exists()


def test_a_finding_of_another_case_is_not_settled_here(studio, reza):
    first = build.claimed(build.make_app(studio), reza)
    second = build.claimed(build.make_app(studio), reza)
    finding = review.add_finding(
        submission=second, reviewer=reza, rule="review-function", severity="error", text="x"
    )
    client = english(reza)

    client.post(desk_of(first, "settle"), {"finding": finding.public_id, "state": "fixed"})

    finding.refresh_from_db()
    assert finding.state == "open"


def test_what_is_new_against_the_last_approved_version_comes_first(cafe, reza):
    build.approved_version(cafe, req_permissions=[{"name": "profile", "reason": "نام"}])
    case = build.claimed(
        cafe, reza, "1.1.0", req_permissions=LOCATION,
        barnamak={"network": {"connect": ["https://api.example.ir"]}},
    )  # fmt: skip

    told = compared(case.version)
    page = words(english(reza).get(desk_of(case)))

    marks = [(one.wish.key, one.mark) for one in told.wishes]
    assert marks == [
        ("location", "added"), ("connect https://api.example.ir", "added"), ("profile", "removed"),
    ]  # fmt: skip
    assert [one.path for one in told.changed_files] == ["index.html", "manifest.json"]
    assert "Compared with the approved version 1.0.0" in page
    assert "نزدیک‌ترین شعبه" in page


def test_a_new_reason_for_an_old_permission_is_told(cafe, reza):
    build.approved_version(cafe, req_permissions=[{"name": "location", "reason": "پیش‌تر"}])
    case = build.claimed(cafe, reza, "1.1.0", req_permissions=LOCATION)

    (change,) = compared(case.version).wishes

    assert (change.mark, change.reason_before) == ("changed", "پیش‌تر")


def test_a_file_is_read_as_text_and_never_run(cafe, reza):
    content = build.files() | {"app.js": b"document.title = '</code><script>x</script>';\n"}
    case = build.claimed_upload(cafe, reza, content)
    client = english(reza)

    html = client.get(desk_of(case, "file"), {"path": "app.js", "part": 1}).content.decode()

    assert "&lt;/code&gt;&lt;script&gt;" in html
    assert "<script>x" not in html
    assert 'id="L1"' in html


def test_the_change_of_a_file_is_shown_line_by_line(cafe, reza):
    build.approved_version(cafe)
    content = build.files("1.1.0") | {"app.js": b"document.title = 'new';\n"}
    case = build.claimed_upload(cafe, reza, content)

    html = english(reza).get(desk_of(case, "file"), {"path": "app.js"}).content.decode()

    assert '<tr class="source__removed"><td><code>-document.title = document.title.trim();' in html
    assert '<tr class="source__added"><td><code>+document.title = &#x27;new&#x27;;' in html


@pytest.mark.parametrize("path", ["", "../app.js", "/etc/passwd", "missing.js", "app.js\x00"])
def test_a_path_that_is_no_file_of_the_version_is_not_found(cafe, reza, path):
    case = build.claimed(cafe, reza)

    assert english(reza).get(desk_of(case, "file"), {"path": path}).status_code == 404


def test_long_files_are_cut_and_not_compared(cafe, reza, monkeypatch):
    monkeypatch.setattr(reading, "DESK_TEXT_BYTES_MAX", 64)
    monkeypatch.setattr(reading, "DESK_DIFF_LINES_MAX", 3)
    monkeypatch.setattr(reading, "DESK_LINE_CHARS_MAX", 10)
    base = build.approved_version(cafe)
    content = build.files("1.1.0") | {"app.css": b"body { margin: 0 }\n" * 20}
    version = build.checked_version(cafe, build.packed(content))

    found = reading.read(version, base, "app.css")

    assert found.is_cut
    assert found.is_too_long_to_compare
    assert found.lines[0].text == "body { mar …"


def test_a_version_is_opened_only_by_reviewers_and_the_team(cafe, reza, omid):
    case = build.submitted(cafe)

    opened = english(reza).post(desk_of(case, "run"))
    refused = english(omid).post(desk_of(case, "run"))

    assert opened["Location"].startswith("/run/lnc_")
    assert refused.status_code == 404


@pytest.mark.parametrize("step", ["claim", "unclaim", "decide", "finding", "settle", "run"])
def test_steps_are_posts(cafe, reza, step):
    case = build.submitted(cafe)

    assert english(reza).get(desk_of(case, step)).status_code == 405


def test_a_case_that_does_not_exist_is_not_found(reza):
    client = english(reza)

    assert client.get(f"{QUEUE}99999/change/").status_code == 404
    assert client.get(f"{QUEUE}x/change/").status_code == 404


def test_the_desk_asks_as_much_for_many_findings_as_for_one(cafe, reza):
    case = build.claimed(cafe, reza)
    client, place = english(reza), desk_of(case)

    def add(count):
        for _ in range(count):
            review.add_finding(
                submission=case, reviewer=reza, rule="review-function", severity="note", text="x"
            )

    add(1)
    client.get(place)
    with counted() as one:
        client.get(place)
    add(5)
    with counted() as many:
        client.get(place)

    assert many() == one()


def test_a_nul_in_the_reasons_is_refused_and_breaks_nothing(cafe, reza):
    case = build.claimed(cafe, reza)
    client = english(reza)

    assert decide(client, case, "reject", reasons="a\x00b").status_code == 400
    case.refresh_from_db()
    assert case.state == "claimed"
