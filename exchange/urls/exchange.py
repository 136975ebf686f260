"""What members ask, advise, take over and look for, below /exchange/."""

from . import adoptions, advice, cooperation, front, questions

app_name = "exchange"

urlpatterns = [
    *front.urlpatterns,
    *questions.urlpatterns,
    *advice.urlpatterns,
    *adoptions.urlpatterns,
    *cooperation.urlpatterns,
]
