"""What every test may ask for. The servers come from tests/servers.py, which pyproject.toml loads before Django."""

pytest_plugins = ["tests.chromium", "tests.fixtures", "tests.cast"]
