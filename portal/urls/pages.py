"""Pages for people, in each language of the site."""

from django.urls import path

from portal import feeds, publish, views
from portal.data import pages as data_pages

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("publish/", publish.publish, name="publish"),
    path("publish/blank/", publish.blank, name="publish-blank"),
    path("publish/blank.odt", publish.blank_document, name="publish-document"),
    path("publish/blank.xlsx", publish.blank_workbook, name="publish-workbook"),
    path("review/", views.review, name="review"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("news/", views.news, name="news"),
    path("news/feed/", feeds.NewsFeed(), name="news-feed"),
    path("news/<int:pk>/", views.news_item, name="news-item"),
    path("data/", data_pages.data, name="data"),
    path("codebook/", views.codebook, name="codebook"),
]
