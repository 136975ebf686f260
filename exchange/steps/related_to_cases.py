"""What of the exchange goes with a case, for whoever takes something out of the case."""

from django.db.models import Q

from exchange.models import (
    Addressee,
    Adoption,
    AdoptionChange,
    AdoptionReport,
    Advice,
    Cooperation,
    Introduction,
    Question,
)
from policies.workflow.related_rows import RelatedRows


def related_to_case(case):
    """Return the entries about a case, with the answers and reports to them: what they say as far as
    the secretariat knows it."""
    questions = Question.objects.about_case(case)
    of_questions = Q(question__in=questions.order_by().values("pk"))
    about = Q(case=case) | Q(case__merged_into=case)
    advice = Advice.objects.filter(of_questions | about)
    all_adoptions = Adoption.objects.filter(about | Q(own_case=case))
    adoptions = all_adoptions.known_to_secretariat()
    of_adoptions = Q(adoption__in=adoptions.order_by().values("pk"))
    cooperation = Cooperation.objects.filter(cases=case).known_to_secretariat()
    of_these = {"advice": advice, "adoption": adoptions, "cooperation": cooperation}
    introduced = Q()
    for name, rows in of_these.items():
        introduced |= Q(**{f"{name}__in": rows.order_by().values("pk")})
    return [
        RelatedRows(
            questions, ("title", "background", "english", "decision_note"), quotes=("title",)
        ),
        RelatedRows(
            Addressee.objects.filter(of_questions), ("reason", "declined_text"), part_of="question"
        ),
        RelatedRows(advice, ("text", "english", "source", "amount_covers", "decision_note")),
        # The record names the case where it tells of a draft.
        RelatedRows(all_adoptions),
        RelatedRows(
            adoptions,
            ("interest", "kept", "reason", "caveat", "origin_note", "dispute_decision"),
        ),
        RelatedRows(AdoptionChange.objects.filter(of_adoptions), ("what",), part_of="adoption"),
        RelatedRows(AdoptionReport.objects.filter(of_adoptions), ("text",), part_of="adoption"),
        RelatedRows(cooperation, ("title", "text", "limit", "outcome", "decision_note")),
        RelatedRows(Introduction.objects.filter(introduced), ("text", "decision_note")),
    ]
