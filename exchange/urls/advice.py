"""Know-how, what is for the network, and flags: addresses below /exchange/."""

from django.urls import path, re_path

from exchange.views import advice, flags

urlpatterns = [
    path("know-how/", advice.advice_list, name="know-how"),
    path("know-how.csv", advice.advice_csv, name="know-how-csv"),
    path("know-how/<int:pk>/", advice.advice, name="advice"),
    re_path(
        r"^know-how/(?P<pk>[0-9]{1,18})/cite\.(?P<form>bib|json|ris)$",
        advice.cite,
        name="advice-cite",
    ),
    path("know-how/<int:pk>/correct/", advice.correct, name="advice-correct"),
    path("know-how/<int:pk>/replace/", advice.replace, name="advice-replace"),
    path("know-how/<int:pk>/withdraw/", advice.withdraw, name="advice-withdraw"),
    path("know-how/<int:pk>/confirm/", advice.confirm, name="advice-confirm"),
    path("know-how/<int:pk>/into-case/", advice.into_case, name="advice-into-case"),
    path("advise/", advice.give, name="advise"),
    re_path(
        r"^(?P<kind>questions|know-how)/(?P<pk>[0-9]{1,18})/english/$",
        advice.english,
        name="english",
    ),
    re_path(
        r"^(?P<kind>questions|know-how|adoptions|cooperation)/(?P<pk>[0-9]{1,18})/flag/$",
        flags.flag,
        name="flag",
    ),
    path("network/", advice.network, name="network"),
]
