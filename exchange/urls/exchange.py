"""What members ask, advise, adopt and look for, below /exchange/."""

from . import adoptions, advice, cooperation, front, questions

app_name = "exchange"

urlpatterns = [
    *front.urlpatterns,
    *advice.urlpatterns,
    # After those of single acts: the last part of the address of a question is its title.
    *questions.urlpatterns,
    *adoptions.urlpatterns,
    *cooperation.urlpatterns,
]
