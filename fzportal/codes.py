"""Codes that people read aloud at a counter and type on a phone."""

import secrets

# No 0 O 1 I L: they are taken for one another.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_code(length: int) -> str:
    """``length`` random letters and digits; 31 possibilities each."""
    return "".join(secrets.choice(LETTERS) for _n in range(length))
