"""The addresses of the runner."""

from django.urls import path

from host import runner

urlpatterns = [
    path("run/<str:launch_id>", runner.run, name="run"),
    path("run/<str:launch_id>/consent", runner.consent, name="run_consent"),
    path("run/<str:launch_id>/bridge", runner.bridge, name="run_bridge"),
]
