"""The host's addresses and a bare view beside them: the BARNAMAK_URLCONF of `bench.host`."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from config import urls
from identity.models import Person
from miniapps import launching

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500

# One person opens an app over and over here; the limiter still counts, it never says no.
setattr(launching, "LAUNCHES_PER_MINUTE_MAX", 10**9)  # noqa: B010  (a bound of another module)


def bare(request: HttpRequest) -> JsonResponse:
    """Answer with one column of one row, by one query."""
    del request
    name = Person.objects.order_by("pk").values_list("first_name", flat=True)[0]
    return JsonResponse({"name": name})


urlpatterns = [path("bench/bare", bare), *urls.urlpatterns]
