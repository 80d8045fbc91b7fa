"""The tests' databases: one migrated template per run, a copy for each process, the copy mended after each test."""

import os

import psycopg

from .servers import database_url

TEMPLATE = "test_template"
# Above this a table is truncated: deleted rows would stay in its pages and slow the tests that follow.
BIG = 1024 * 1024

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY 1"
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


def make_copy(connection):
    """Give Django's ``connection`` its own copy of the template; the first process of the run migrates it."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(1)")
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            _make_template(server, connection)
        server.execute("SELECT pg_advisory_unlock(1)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    connection.settings_dict["NAME"] = name


def _make_template(server, connection):
    from django.core.management import call_command

    unfinished = f"{TEMPLATE}_unfinished"
    server.execute(f"DROP DATABASE IF EXISTS {unfinished}")
    server.execute(f"CREATE DATABASE {unfinished} TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")
    connection.close()
    connection.settings_dict["NAME"] = unfinished
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    with psycopg.connect(database_url(unfinished), autocommit=True) as database:
        database.execute("CREATE SCHEMA kept")
        for table in _filled(database, _tables(database)):
            database.execute(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')
    server.execute(f"ALTER DATABASE {unfinished} RENAME TO {TEMPLATE}")


def mend():
    """Put every row back as the migrations left it, whoever is still connected; sequences go on.

    In place of Django's flush, which would leave the tables empty that migrations filled.
    """
    from django.db import connections

    connections.close_all()
    # As a replica the session runs no triggers, so foreign keys neither slow nor order what follows.
    options = "-c session_replication_role=replica -c lock_timeout=10s"
    with psycopg.connect(os.environ["DATABASE_URL"], options=options) as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        tables = _tables(database)
        for table in _filled(database, tables):
            size = database.execute("SELECT pg_relation_size(%s::regclass)", [f'"{table}"']).fetchone()[0]
            database.execute(f'TRUNCATE "{table}" CASCADE' if size > BIG else f'DELETE FROM "{table}"')
        for table in _kept(database):
            columns = database.execute(COLUMNS, [f'"{table}"']).fetchone()[0]
            database.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM kept."{table}"')


def _tables(database):
    return [row[0] for row in database.execute(TABLES)]


def _kept(database):
    return [row[0] for row in database.execute(TABLES.replace("'public'", "'kept'"))]


def _filled(database, tables):
    """Those of ``tables`` that have a row, asked in one query."""
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables]
    return [row[0] for row in database.execute(" UNION ALL ".join(asked))]
