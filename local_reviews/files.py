"""Local reviews as a file, a row for each; columns have the names of the fields that they come from."""

COLUMNS = (
    *("review", "member", "member_slug", "country", "year", "title", "kind", "url", "url_is"),
    *("languages", "goals", "published_on", "note", "is_compiled", "sources"),
)


def lines(reviews):
    """Yield the lines of ``COLUMNS`` of local reviews, in the order of lists."""
    for row in reviews.for_lists():
        yield (
            row.pk,
            row.member.name,
            row.member.slug,
            row.member.country.code,
            row.year,
            row.title,
            row.kind,
            row.url,
            row.url_is,
            "; ".join(row.languages),
            "; ".join(str(goal.number) for goal in row.goals.all()),
            f"{row.published_on:%Y-%m-%d}" if row.published_on else None,
            row.note,
            "yes" if row.is_compiled else "no",
            "; ".join(source.url for source in row.sources.all()),
        )
