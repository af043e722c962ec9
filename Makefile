# make run   the site on http://127.0.0.1:8000 (PORT= for another)
# make test  every test; make check  the checks of form; make admin  an administrator

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po)
STATIC := $(shell find static -type f)
LANGUAGES := fr en ar ps fa ti ru uk

.PHONY: run test check bench admin messages lock

run: .stamps/install .secret_key .stamps/static .stamps/catalogues
	@$(MANAGE) prepare
	@PORT=$(PORT) exec $(BIN)/gunicorn -c config/gunicorn.py config.wsgi

test: .stamps/dev .secret_key .stamps/static .stamps/catalogues
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/test.sh

check: .stamps/dev .secret_key .stamps/catalogues
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djade --check $$(git ls-files 'templates/*.html')
	$(MANAGE) makemigrations --check --dry-run
	$(MAKE) --no-print-directory messages
	git diff --exit-code -- locale
	for po in $(CATALOGUES); do msgfmt -c --output-file=/dev/null $$po || exit 1; done
	HTTPS=true CLIENT_ADDRESS_HEADER=X-Forwarded-For SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') $(MANAGE) check --deploy --fail-level WARNING

# How a search grows from 200 entries to 100,000: on SQLite, or on the empty database that BENCH_DATABASE_URL names.
bench: .stamps/dev .secret_key .stamps/static .stamps/catalogues
	@$(BIN)/python scripts/bench.py

# Asks for a name and a password, or takes DJANGO_SUPERUSER_USERNAME and _PASSWORD (and _EMAIL).
admin: .stamps/install .secret_key
	@$(MANAGE) prepare >/dev/null
	@$(MANAGE) createsuperuser $${DJANGO_SUPERUSER_PASSWORD:+--noinput --email "$${DJANGO_SUPERUSER_EMAIL:-$$DJANGO_SUPERUSER_USERNAME@localhost}"}

# The date of extraction is left out: it would change the catalogues at every run.
messages: .stamps/dev .secret_key
	@$(MANAGE) makemessages $(LANGUAGES:%=-l %) --no-location --no-wrap --no-obsolete --ignore '.venv/*' --ignore 'tests/*' -v0
	@sed -i '/^"POT-Creation-Date/d' $(CATALOGUES)

# Needs uv. The lock files name versions and hashes, no index.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' --group dev pyproject.toml -o requirements-dev.lock

.stamps/install: requirements.lock
	@echo "Installing the locked dependencies into .venv"
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@mkdir -p .stamps && touch $@

.stamps/dev: requirements-dev.lock
	@echo "Installing the locked dependencies and test tools into .venv"
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@mkdir -p .stamps && touch $@

.secret_key: | .stamps/any
	@umask 077 && $(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))' > $@

.stamps/static: $(STATIC) requirements.lock | .stamps/any .secret_key
	@echo "Static files: collecting and compressing"
	@$(MANAGE) collectstatic --noinput -v0
	@touch $@

.stamps/catalogues: $(CATALOGUES) | .stamps/any .secret_key
	@echo "Catalogues: compiling"
	@$(MANAGE) compile_catalogues
	@touch $@

# Either installation will do for the steps that only need Django.
.stamps/any:
	@test -e .stamps/dev || test -e .stamps/install || $(MAKE) --no-print-directory .stamps/install
	@touch $@
