"""Crashes: processes at work that are killed at random points, and what is there afterwards.

``python -m tests.crashes 1000`` kills 1,000 times and prints a table; ``make faults`` does so on
SQLite and on PostgreSQL. What was acknowledged has to be there, what was not is there whole or not
at all, and after the next sync the index holds the public cases. Killed are processes of ours: what
a power cut does to the disk below a database is the database's own promise, and is not tried here.
"""
