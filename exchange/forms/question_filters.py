"""The filters of the list of questions; the database answers."""

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, ModelChoiceFilter

from exchange.content.waiting import WAITS
from exchange.models import Question, Topic
from members.models import Member
from policies.content import languages
from policies.filters.strict import StrictFilterSet, without_empty
from policies.models import Theme
from sdg.models import Goal, Target

MAX_WORDS = 200
SORTS = {"newest": _("Newest first"), "waits": _("Waits longest first")}
STATES = {
    "open": _("Can you answer this?"),
    "answered": _("Answered"),
    "closed": _("Closed"),
}
STATE_CONDITIONS = {
    "open": WAITS,
    "answered": Q(state=Question.State.ANSWERED)
    | Q(closed_reason__in=[Question.Closed.BY_ASKER, Question.Closed.SETTLED]),
    "closed": Q(state=Question.State.CLOSED),
}
SELECTS = ("state", "topic", "goal", "theme", "language")


class QuestionFilter(StrictFilterSet):
    """Different filters must all match."""

    q = CharFilter(method="by_words", label=_("Words"), max_length=MAX_WORDS)
    state = ChoiceFilter(
        choices=list(STATES.items()), method="by_state", label=_("State"), empty_label=_("Any")
    )
    topic = ChoiceFilter(choices=Topic.choices, label=_("Topic"), empty_label=_("Any"))
    goal = ModelChoiceFilter(
        queryset=Goal.objects.all(), method="by_goal", label=_("Goal"), empty_label=_("Any")
    )
    target = ModelChoiceFilter(
        queryset=Target.objects.all(), method="by_target", label=_("Target"), empty_label=_("Any")
    )
    theme = ModelChoiceFilter(
        queryset=Theme.objects.all(),
        to_field_name="slug",
        method="by_theme",
        label=_("Theme"),
        empty_label=_("Any"),
    )
    member = CharFilter(
        method="by_member", label=_("City or organisation that asks or is asked"), max_length=200
    )
    language = ChoiceFilter(choices=languages.choices, label=_("Language"), empty_label=_("Any"))
    sort = ChoiceFilter(choices=list(SORTS.items()), method="in_order", label=_("Sort by"))

    class Meta:
        model = Question
        fields = []

    read_by_the_view = frozenset({"page"})

    def __init__(self, data, questions):
        newest = F("opened_at").desc(nulls_last=True)
        super().__init__(without_empty(data), questions.order_by(newest, "-pk"))

    @property
    def in_use(self):
        """Whether anything narrows the list."""
        return any(name != "sort" and value for name, value in self.form.cleaned_data.items())

    def by_words(self, questions, name, value):
        for word in value.split()[:12]:
            questions = questions.filter(
                Q(title__icontains=word)
                | Q(background__icontains=word)
                | Q(english__icontains=word)
            )
        return questions

    def by_state(self, questions, name, value):
        return questions.filter(STATE_CONDITIONS[value])

    def by_goal(self, questions, name, value):
        found = Question.objects.filter(targets__goal=value).values("pk")
        return questions.filter(pk__in=found)

    def by_target(self, questions, name, value):
        return questions.filter(pk__in=Question.objects.filter(targets=value).values("pk"))

    def by_theme(self, questions, name, value):
        return questions.filter(case__live__theme_rows__theme=value)

    def by_member(self, questions, name, value):
        named = Member.objects.named(value).order_by().values("pk")
        asked = Question.objects.filter(addressees__member__in=named).values("pk")
        return questions.filter(Q(member__in=named) | Q(pk__in=asked))

    def in_order(self, questions, name, value):
        if value == "newest":
            return questions
        return questions.filter(WAITS).order_by("opened_at", "pk")
