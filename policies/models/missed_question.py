from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

# Days without being asked after which a question is deleted.
KEEP_QUESTIONS = timedelta(days=183)


class MissedQuestionQuerySet(models.QuerySet):
    def waiting(self):
        """Return questions that the secretariat has not put aside."""
        return self.filter(is_put_aside=False)

    def outdated(self, today):
        """Return questions that nobody has asked for so long that they are deleted."""
        return self.filter(last_asked__lt=today - KEEP_QUESTIONS)


class MissedQuestion(models.Model):
    """Words that people searched for and that found nothing or little: the words, how often, and the
    last day. Nothing tells who asked, from where, or at what time.

    ``policies.statistics.questions`` writes them.
    """

    # The words as the search compares them, by which the same question is counted once.
    folded = models.CharField(max_length=120, unique=True)
    words = models.CharField(_("words"), max_length=120)
    found = models.PositiveIntegerField(_("policies with all words"), default=0)
    times = models.PositiveIntegerField(_("times asked"), default=0)
    last_asked = models.DateField(_("last asked"), db_index=True)
    is_put_aside = models.BooleanField(_("not for us"), default=False)

    objects = MissedQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-times", "-last_asked", "folded"]
        verbose_name = _("question that found little")
        verbose_name_plural = _("questions that found little")

    def __str__(self):
        return self.words
