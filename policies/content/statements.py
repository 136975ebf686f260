"""Queries that differ in one key only, and whose SQL is put together only once.

A case page asks a dozen of them. Putting the SQL of each together anew takes Django twenty times as
long as running it.
"""

from functools import lru_cache

from django.db import connections, router

# Stands for the key in the queryset that a statement is made of; no row has it.
KEY = -1


class Statement:
    """A query of which only the key changes: ``make()`` gives it as ``values_list`` with ``KEY``."""

    def __init__(self, make):
        self._compiled = lru_cache(lambda vendor: _compiled(make().query, vendor))
        self._model = lru_cache(lambda: make().model)

    def rows(self, key):
        """The rows for ``key``, each a list or tuple of Python values."""
        connection = connections[router.db_for_read(self._model())]
        query, sql, parameters, columns = self._compiled(connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if each == KEY else each for each in parameters])
            rows = cursor.fetchall()
        compiler = query.get_compiler(connection=connection)
        converters = compiler.get_converters(columns)
        return list(compiler.apply_converters(rows, converters)) if converters else rows


class ModelStatement:
    """As :class:`Statement`, for whole models: ``make()`` gives a queryset with ``KEY``.

    ``related`` are paths to single rows that are read along: ("case", "case__member").
    """

    def __init__(self, make, related=()):
        self._related = related
        self._parts = lru_cache(lambda: _parts(make().model, related))
        self._statement = Statement(lambda: make().values_list(*self._columns()))

    def models(self, key):
        """The models for ``key``, each with its related ones."""
        return [self._model(row) for row in self._statement.rows(key)]

    def _columns(self):
        return [
            "__".join(filter(None, (path, name)))
            for path, _model, names in self._parts()
            for name in names
        ]

    def _model(self, row):
        found, start = {}, 0
        for path, model, names in self._parts():
            end = start + len(names)
            found[path] = model.from_db(router.db_for_read(model), names, row[start:end])
            if path:
                holder, _, name = path.rpartition("__")
                setattr(found[holder], name, found[path])
            start = end
        return found[""]


def _compiled(query, vendor):
    """The query with its SQL for a kind of database, its parameters and what its columns are."""
    connection = connections[router.db_for_read(query.model)]
    compiler = query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    return query, sql, parameters, [column for column, _sql, _alias in compiler.select]


def _parts(model, related):
    """(path, model, names of columns) of a model and of those that it leads to."""
    parts = [("", model)]
    models = {"": model}
    for path in related:
        holder, _, name = path.rpartition("__")
        models[path] = models[holder]._meta.get_field(name).related_model
        parts.append((path, models[path]))
    return [
        (path, each, [field.attname for field in each._meta.concrete_fields])
        for path, each in parts
    ]
