import dj_database_url
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.core.serializers.base import DeserializedObject
from django.db import connection, connections, transaction

from citynet.operations.backups import database
from citynet.operations.commands import Progress

SOURCE = "source"
ROWS_READ = 2000  # from the database in one go


class Command(BaseCommand):
    help = (
        "Copies every row of another database, of any kind, into the empty one of this installation: "
        "the way from SQLite to PostgreSQL. Stop the portal and its timers before. Either all is "
        "copied or nothing. Files stay where they are."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "address", help="Of the other database: sqlite:////var/lib/citynet/db.sqlite3"
        )

    def handle(self, *, address, verbosity, **options):
        parsed = connections.configure_settings({"default": dj_database_url.parse(address)})
        connections.settings[SOURCE] = parsed["default"]
        try:
            self._refuse()
            with transaction.atomic():
                self._copy(Progress(self.stdout, verbosity))
        finally:
            connections[SOURCE].close()
            del connections.settings[SOURCE], connections[SOURCE]
        call_command("sync_search", verbosity=0)

    def _refuse(self):
        if database.migrations(connections[SOURCE]) != database.migrations():
            raise CommandError("The databases differ in their migrations: run migrate on both.")
        if used := database.used_tables():
            raise CommandError(f"The database is not empty: there are rows in {used[0]}.")

    def _copy(self, progress):
        models = database.models()
        tables = [model._meta.db_table for model in models]
        # Rows that ``migrate`` has created come from the other database too.
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))
        for model in models:
            if model._meta.db_table in database.LEFT_OUT:
                continue
            rows = model._base_manager.using(SOURCE).order_by("pk").iterator(chunk_size=ROWS_READ)
            for done, row in enumerate(rows, 1):
                # As it is: nothing is filled in, no date is set anew.
                DeserializedObject(row).save(using=connection.alias, force_insert=True)
                progress(model._meta.db_table, done)
        self._go_on_numbering(models)

    def _go_on_numbering(self, models):
        """Continue the sequences: keys of deleted rows are not reused, as addresses and the record
        name them."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
        if (connections[SOURCE].vendor, connection.vendor) != ("sqlite", "postgresql"):
            return
        with connections[SOURCE].cursor() as cursor:
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            last = dict(cursor.fetchall())
        with connection.cursor() as cursor:
            for model in models:
                table, column = model._meta.db_table, model._meta.auto_field
                if column and last.get(table):
                    names = [connection.ops.quote_name(table), column.column]
                    cursor.execute(
                        "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [*names, last[table]]
                    )
