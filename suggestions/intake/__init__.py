"""Intake of what arrives elsewhere: read a file (``readers``), map its columns (``columns``), clean rows (``rows``),
take them in batch by batch (``runner``), say what came of it (``report``)."""
