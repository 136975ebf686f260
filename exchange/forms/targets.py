"""Choosing targets in a form: a box each, below its goal, without a script."""

from itertools import groupby

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.translation import ngettext

from sdg.models import Target


class TargetTree(forms.CheckboxSelectMultiple):
    """The 169 targets in the order of the resolution; a goal is open where one of its is chosen."""

    template_name = "exchange/widgets/targets.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["goals"] = [
            (goal, options, any(option["selected"] for option in options))
            for goal, options, _index in context["widget"]["optgroups"]
        ]
        return context


class ByGoal(ModelChoiceIterator):
    def __iter__(self):
        for goal, targets in groupby(self.queryset, key=lambda target: target.goal):
            yield goal, [self.choice(target) for target in targets]


class TargetsField(forms.ModelMultipleChoiceField):
    """At least one target, and at most so many."""

    widget = TargetTree
    iterator = ByGoal

    def __init__(self, *, most, **kwargs):
        super().__init__(Target.objects.select_related("goal"), **kwargs)
        self.most = most

    def label_from_instance(self, target):
        return target

    def clean(self, value):
        chosen = super().clean(value)
        if len(chosen) > self.most:
            raise ValidationError(too_many(self.most, len(chosen)))
        return chosen


def too_many(most, count):
    """Return what to say where ``count`` are chosen of a list of which ``most`` may be."""
    return ngettext(
        "Choose at most %(most)d; you chose %(count)d.",
        "Choose at most %(most)d; you chose %(count)d.",
        count,
    ) % {"most": most, "count": count}
