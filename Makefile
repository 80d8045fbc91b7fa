# Two commands: `make run` and `make test`. Python >= 3.11, make and git are all they need.
#   make run   [PORT=8000]            the portal with its servers, worker and demo city, on this machine
#   make test  [ARGS="-k words"]      every test; browser tests when Chromium is installed
#   make check                        style, migrations, deployment settings, translations, consistency
#   make histories                    1,000 random histories of 50 steps, another beginning each time
#   make bench [ARGS=...]             figures;   make clean   removes what these commands made, data included
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# What `check --deploy` is asked about: a portal as it would stand in public.
PUBLIC := env DEBUG=0 DEMO=0 SITE_URL=https://portal.example ALLOWED_HOSTS=portal.example \
	SECRET_KEY=an-example-of-fifty-and-more-different-letters-0123456789 \
	SECURE_SSL_REDIRECT=1 SECURE_HSTS_SECONDS=31536000 COOKIE_SECURE=1 STAFF_SECOND_FACTOR=1 \
	SMS_BACKEND=notifications.channels.HttpGatewaySms SMS_GATEWAY_URL=https://sms.example \
	DATABASE_URL=postgres:///none REDIS_URL=redis://127.0.0.1:1/0

.PHONY: run test histories check bench clean env env-dev

# exec: a signal to make or to its child reaches one process, and that one ends all others.
run: env
	@exec $(BIN)/python -m fzportal.embedded run

test: env-dev
	@exec $(BIN)/python -m pytest -n auto $(ARGS)

histories: env-dev
	@HISTORIES=1000 HISTORIES_SEED=$${HISTORIES_SEED:-$$(date +%s)} \
		exec $(BIN)/python -m pytest -n auto --durations=0 suggestions/tests/test_histories.py $(ARGS)

check: env-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(PUBLIC) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(PUBLIC) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(PUBLIC) $(BIN)/python -m tests.translations
	$(BIN)/python -m pytest -q fzportal/tests/test_consistency.py

bench: env-dev
	@VAR_DIR=$(CURDIR)/var/bench DEBUG=0 DEMO=0 exec $(BIN)/python -m fzportal.embedded do $(BIN)/python -m bench $(ARGS)

env:
	@$(PYTHON) -I fzportal/bootstrap.py

env-dev:
	@$(PYTHON) -I fzportal/bootstrap.py dev

clean:
	rm -rf .venv var .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
