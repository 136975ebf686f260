"""What of the exchange is a person's own, below /my/."""

app_name = "my-exchange"

urlpatterns = []
