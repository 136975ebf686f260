"""Files for search engines, browsers and other programs, whose addresses have no language."""

from django.urls import path

from portal import site_files, sitemaps, views

urlpatterns = [
    path("favicon.ico", site_files.favicon, name="favicon"),
    path("manifest.webmanifest", site_files.manifest, name="manifest"),
    path("opensearch.xml", site_files.opensearch, name="opensearch"),
    path(".well-known/change-password", site_files.change_password, name="change-password"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<section>.xml", sitemaps.section, name="sitemap-section"),
]
