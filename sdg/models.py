"""The 17 goals and 169 targets, and the thesaurus: the words that people use for each target.

Reference data, loaded by ``load_reference``. Goals and targets are never edited; terms of the
thesaurus are added and removed by the secretariat (``policies.workflow.thesaurus``).
"""

import unicodedata
import uuid

from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from citynet.web.addresses import address

# The namespace in which the United Nations name goals, targets and indicators for linked data.
UN_SDG = "http://metadata.un.org/sdg/"


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
        return address("sdg:goal", self.number)

    @property
    def uri(self):
        """Return its identifier by the United Nations."""
        return f"{UN_SDG}{self.number}"


def plain_code(code):
    """Return the code of a target as the resolution writes it: "16.a" for "16.A", "11.6" for "011.06"."""
    return ".".join(part.lower().lstrip("0") or "0" for part in code.split("."))


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
        return address("sdg:target", self.code)

    @property
    def uri(self):
        """Return its identifier by the United Nations."""
        return UN_SDG + self.code


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
    """A target's label and text in another language than English.

    The label is a short one in our own words; the text is the United Nations' own, or empty where
    the platform has none.
    """

    target = models.ForeignKey(Target, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    label = models.CharField(_("label"), max_length=100)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "language"], name="one_target_text_a_language"
            ),
        ]

    def __str__(self):
        return f"{self.target_id} ({self.language}) {self.label}"


MAX_FOLDED = 160  # letters


def fold_term(text):
    """Return what makes two terms the same: one spelling of each letter, lower case, single blanks,
    no invisible characters; at most ``MAX_FOLDED`` letters of it."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = (letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join("".join(visible).split())[:MAX_FOLDED]


class TermQuerySet(models.QuerySet):
    def in_use(self):
        """Return terms that the secretariat has not removed."""
        return self.filter(is_removed=False)

    def same_as(self, target, language, text):
        """Return the term that a target has in a language, however it is written; removed or not."""
        return self.filter(target=target, language=language, folded=fold_term(text))


class Term(models.Model):
    """A word or phrase of the thesaurus: what people say in one language for a target.

    One that the secretariat removes stays as a row, so that the next loading of the files that ship
    with the code does not bring it back.
    """

    class Origin(models.TextChoices):
        SHIPPED = "shipped", _("Came with the platform")
        SECRETARIAT = "secretariat", _("Added by the secretariat")

    class Language(models.TextChoices):
        """The languages of the thesaurus, by their own names."""

        ENGLISH = "en", "English"
        BENGALI = "bn", "বাংলা"
        CHINESE = "zh", "中文"
        FILIPINO = "fil", "Filipino"
        HINDI = "hi", "हिन्दी"
        INDONESIAN = "id", "Bahasa Indonesia"
        JAPANESE = "ja", "日本語"
        KHMER = "km", "ខ្មែរ"
        KOREAN = "ko", "한국어"
        MONGOLIAN = "mn", "Монгол"
        NEPALI = "ne", "नेपाली"
        SINHALA = "si", "සිංහල"
        THAI = "th", "ไทย"
        URDU = "ur", "اردو"
        VIETNAMESE = "vi", "Tiếng Việt"

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="terms", verbose_name=_("target")
    )
    language = models.CharField(_("language"), max_length=10, choices=Language)
    text = models.CharField(_("word or phrase"), max_length=80)
    # ``fold_term(text)``, which tells whether a target has a term already.
    folded = models.CharField(max_length=MAX_FOLDED, editable=False)
    origin = models.CharField(
        _("origin"), max_length=12, choices=Origin, default=Origin.SECRETARIAT, editable=False
    )
    is_removed = models.BooleanField(_("removed"), default=False, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["target__position", "language", "folded"]
        verbose_name = _("term of the thesaurus")
        verbose_name_plural = _("thesaurus")
        constraints = [
            models.UniqueConstraint(
                fields=["target", "language", "folded"], name="one_term_a_target_and_language"
            ),
        ]

    def __str__(self):
        return f"{self.target_id} ({self.language}) {self.text}"

    def save(self, *args, **kwargs):
        self.folded = fold_term(self.text)
        super().save(*args, **kwargs)


class ThesaurusVersion(models.Model):
    """The one row that changes whenever terms or labels do, so that processes notice it cheaply."""

    stamp = models.CharField(_("version"), max_length=32)

    class Meta:
        verbose_name = _("version of the thesaurus")
        verbose_name_plural = _("versions of the thesaurus")

    def __str__(self):
        return self.stamp

    @classmethod
    def current(cls):
        """Return the stamp of the thesaurus as it is; "" where none was ever loaded. One query."""
        return cls.objects.values_list("stamp", flat=True).filter(pk=1).first() or ""

    @classmethod
    def renew(cls):
        """Tell processes that the thesaurus has changed; to be called in the change's transaction."""
        cls.objects.update_or_create(pk=1, defaults={"stamp": uuid.uuid4().hex})
