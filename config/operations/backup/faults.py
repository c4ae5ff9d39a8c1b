"""What stops a backup or a restore; each message names the place and is fit for the operator."""

import sqlite3

import psycopg2
from django.db import DatabaseError


class BackupFault(Exception):
    """The backup was not made; nothing that looks like one is left."""


class Damaged(BackupFault):
    """The archive is cut off, changed or not for this key; the message says where."""


class NotEmpty(BackupFault):
    """A restore never writes over data."""


# What a command says in one line instead of a traceback.
TROUBLE = (BackupFault, OSError, DatabaseError, sqlite3.Error, psycopg2.Error)
