"""Addresses below /exchange/: questions."""

from django.urls import path

from exchange.views import answering, asking, questions

urlpatterns = [
    path("ask/", asking.ask, name="ask"),
    path("ask/similar/", asking.similar_questions, name="similar"),
    path("questions/", questions.questions, name="questions"),
    path("questions.csv", questions.questions_csv, name="questions-csv"),
    path("questions/<int:pk>/take/", answering.take, name="take"),
    path("questions/<int:pk>/answer/", answering.answer, name="answer"),
    path("questions/<int:pk>/decline/", answering.decline, name="decline"),
    path("questions/<int:pk>/judge/", answering.judge, name="judge"),
    path("questions/<int:pk>/close/", answering.close, name="close"),
    path("questions/<int:pk>/ask-next/", answering.ask_next, name="ask-next"),
    path("questions/<int:pk>/", questions.question, name="question-short"),
    path("questions/<int:pk>/<slug:slug>/", questions.question, name="question"),
]
