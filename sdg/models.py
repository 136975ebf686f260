"""The 17 goals and 169 targets: reference data, loaded by ``load_reference`` and never edited."""

from django.db import models
from django.db.models import Count
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from citynet.web.languages import cached_per_language


class TextsQuerySet(models.QuerySet):
    def with_texts(self):
        """Return rows with their texts in other languages, in one more query."""
        return self.prefetch_related("texts")


class TargetQuerySet(TextsQuerySet):
    def served_together_with(self, target):
        """Return other targets that live cases serve together with ``target``, most often first.

        ``shared`` of each is how many live cases name both.
        """
        return (
            self.filter(
                contributions__revision__live_of__isnull=False,
                contributions__revision__contributions__target=target,
            )
            .exclude(pk=target.pk)
            .annotate(shared=Count("contributions"))
            .order_by("-shared", "position")
        )


class Goal(models.Model):
    """One of the 17 Sustainable Development Goals (A/RES/70/1)."""

    number = models.PositiveSmallIntegerField(_("number"), primary_key=True)
    title = models.CharField(_("title"), max_length=80)
    headline = models.CharField(_("headline"), max_length=250)
    colour = models.CharField(_("colour"), max_length=7)

    objects = TextsQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=17), name="goal_number_is_1_to_17"
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("sdg:goal", args=[self.number])


@cached_per_language
def _address_of_target(prefix, code):
    """Return the address of a target's page: cards and tables show hundreds."""
    return reverse("sdg:target", args=[code])


class Target(models.Model):
    """One of the 169 targets, in the order of the resolution."""

    class Kind(models.TextChoices):
        OUTCOME = "outcome", _("Outcome")
        MEANS = "means", _("Means of implementation")

    code = models.CharField(_("code"), max_length=5, primary_key=True)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="targets", verbose_name=_("goal"))
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    label = models.CharField(
        _("label"), max_length=60, help_text=_("Short label in our own words.")
    )
    text = models.TextField(_("text"), help_text=_("Wording of the resolution A/RES/70/1."))
    position = models.PositiveSmallIntegerField(_("position"), unique=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")

    def __str__(self):
        return f"{self.code} {self.label}"

    def get_absolute_url(self):
        return _address_of_target(get_script_prefix(), self.code)


class GoalText(models.Model):
    """A goal's title and headline in another language than English."""

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    title = models.CharField(_("title"), max_length=120)
    headline = models.CharField(_("headline"), max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goal", "language"], name="one_goal_text_a_language"),
        ]

    def __str__(self):
        return f"{self.goal_id} ({self.language}) {self.title}"


class TargetText(models.Model):
    """A target's label and text in another language than English."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    label = models.CharField(_("label"), max_length=100)
    text = models.TextField(_("text"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "language"], name="one_target_text_a_language"
            ),
        ]

    def __str__(self):
        return f"{self.target_id} ({self.language}) {self.label}"
