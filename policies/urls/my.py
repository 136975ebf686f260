"""What is a person's own: cases to work on, teams, invitations and notices, below /my/."""

from django.urls import path, re_path

from members.notices import views as notice_views
from members.teams import invitation_views, proposal_views
from members.teams import views as team_views
from policies.views import mine

app_name = "my"

urlpatterns = [
    path("", mine.home, name="home"),
    path("notices/", notice_views.notices, name="notices"),
    path("notices/read/", notice_views.read_all, name="notices-read"),
    path("notices/<int:pk>/read/", notice_views.read, name="notice-read"),
    re_path(
        r"^notices/unsubscribe/(?P<token>[-\w:]{10,200})/$",
        notice_views.unsubscribe,
        name="unsubscribe",
    ),
    path("requests/", team_views.requests, name="requests"),
    path("requests/<int:pk>/", team_views.request_page, name="request"),
    path("teams/join/", team_views.find, name="find"),
    path("teams/join/unlisted/", proposal_views.propose, name="propose"),
    path(
        "teams/join/unlisted/<int:pk>/take-back/",
        proposal_views.take_back,
        name="proposal-take-back",
    ),
    path("teams/join/<slug:slug>/", team_views.join, name="join"),
    path("teams/<slug:slug>/", team_views.team, name="team"),
    path("teams/<slug:slug>/facts/", team_views.facts, name="facts"),
    path("teams/<slug:slug>/page/", team_views.page, name="page"),
    path("teams/<slug:slug>/photo/", team_views.photo, name="photo"),
    path("teams/<slug:slug>/leave/", team_views.leave, name="leave"),
    path("teams/<slug:slug>/people/<int:pk>/role/", team_views.role, name="role"),
    path("teams/<slug:slug>/people/<int:pk>/remove/", team_views.remove, name="remove"),
    path("teams/<slug:slug>/invite/", invitation_views.invite, name="invite"),
    path(
        "teams/<slug:slug>/invitations/<int:pk>/revoke/",
        invitation_views.revoke,
        name="invitation-revoke",
    ),
    re_path(
        r"^invitations/(?P<token>[-\w]{20,100})/$", invitation_views.invitation, name="invitation"
    ),
]
