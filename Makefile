# Two commands: `make run` and `make test`. Python >= 3.11, make and git are all they need.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: run test check bench clean env env-dev

# exec: signals sent to make or to the runner reach one process, which ends the others.
run: env
	@exec $(BIN)/python -m fzportal.embedded run

test: env-dev
	@exec $(BIN)/python -m pytest -n auto $(ARGS)

check: env-dev
	@exec $(BIN)/python -m fzportal.embedded check

bench: env-dev
	@exec $(BIN)/python -m bench $(ARGS)

env:
	@$(PYTHON) -I fzportal/bootstrap.py

env-dev:
	@$(PYTHON) -I fzportal/bootstrap.py dev

clean:
	rm -rf .venv var .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
