# Everything a reviewer or an operator needs. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
N ?= 10000
# Of each step of make load. Not read from the environment: bash counts its own SECONDS there.
SECONDS = 10
BIN := .venv/bin
# Without compiled tests every process compiles them all anew, which takes longer than to run hundreds.
export PYTHONDONTWRITEBYTECODE :=
# One worker a core; JOBS=0 runs the tests in one process.
JOBS ?= auto

.PHONY: help install production prepare serve run test test-all lint fmt check test-postgres \
	test-sqlite test-browser test-servers sweeps validate audit bench findability fuzz load faults messages clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed (PYTHON=… names one).")'
	$(PYTHON) -m venv .venv

# What is used is compiled when it is first used: a third of the time went into compiling all.
PIP_INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

.venv/.run: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP_INSTALL) --no-compile -e .
	touch $@

# All that is needed is pinned, so nothing has to be worked out.
.venv/.dev: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP_INSTALL) --no-compile --no-deps -r constraints.txt -e '.[dev]'
	touch .venv/.run $@

install: .venv/.dev ## Make the environment in .venv, with the tools for development

.venv/.production: .venv/.run
	$(PIP_INSTALL) -e '.[production]'
	touch $@

production: .venv/.production ## Make the environment in .venv for a server
	$(BIN)/python -m compileall -q alerts case_collections citynet exchange local_reviews members policies portal sdg seminars

prepare: .venv/.run ## Bring database, reference data, static files and index up to this code; safe to repeat
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py createcachetable
	$(BIN)/python manage.py load_reference
	$(BIN)/python manage.py rebuild_summaries --outdated
	$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	$(BIN)/python manage.py sync_search

serve: .venv/.run ## Serve with the settings of production, as gunicorn does it, without https (PORT=8000)
	@mkdir -p var; \
	given() { [ -n "$${!1:-}" ] || grep -qs "^$$1=." .env; }; \
	given SECRET_KEY || { \
		test -s var/secret || (umask 077; $(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))' > var/secret); \
		export SECRET_KEY=$$(cat var/secret); \
	}; \
	given EMAIL_URL || export EMAIL_URL=file:///$(CURDIR)/var/mail; \
	export DEBUG=0 HTTPS=0 SITE_URL=http://localhost:$(PORT) WEB_BIND=127.0.0.1:$(PORT); \
	$(MAKE) --no-print-directory --silent prepare; \
	trap 'kill $$(jobs -p) 2>/dev/null || true; wait' EXIT; \
	trap 'exit 0' INT TERM HUP; \
	$(BIN)/python manage.py sync_search --watch --verbosity 0 & \
	$(BIN)/python manage.py send_notices --watch & \
	$(BIN)/gunicorn --config deploy/gunicorn.conf.py citynet.wsgi & \
	wait $$!

run: .venv/.run ## Serve the portal with the sample library (PORT=8000) and mail its notices
	@export DEBUG=1 SITE_URL=http://localhost:$(PORT); \
	$(BIN)/python manage.py migrate --verbosity 0; \
	$(BIN)/python manage.py load_reference; \
	$(BIN)/python manage.py load_samples; \
	$(BIN)/python manage.py load_adoptions; \
	$(BIN)/python manage.py load_demonstration; \
	$(BIN)/python manage.py load_seminars; \
	$(BIN)/python manage.py load_reviews; \
	$(BIN)/python manage.py sync_search; \
	trap 'kill $$(jobs -p) 2>/dev/null || true; wait' EXIT; \
	trap 'exit 0' INT TERM HUP; \
	$(BIN)/python manage.py send_notices --watch --interval 5 & \
	$(BIN)/python manage.py runserver --noreload $(PORT) & \
	wait $$!

# What make test runs of the tests that need not run each time; make test-all runs all of them.
SQLITE_SET ?= sqlite
SQLITE_FILES ?= $$(grep -rl --include='test_*.py' 'mark\.sqlite' tests)
SERVERS_SET ?= servers and short
BROWSER_SET ?= e2e and not long
POSTGRES_SET ?= not e2e and not servers and not thorough

# What waits more than it works runs side by side; the rest has all cores to itself.
test: .venv/.dev ## All that a reviewer needs: lint, checks, tests
	$(MAKE) --no-print-directory --jobs=4 --output-sync=target lint check test-servers test-sqlite
	$(MAKE) --no-print-directory test-postgres test-browser

test-all: export SQLITE_SET = not e2e and not servers
test-all: export SQLITE_FILES = tests
test-all: export SERVERS_SET = servers
test-all: export BROWSER_SET = e2e
test-all: export POSTGRES_SET = not e2e and not servers
test-all: export SWEEP = 10
test-all: test ## The same with everything on SQLite too, all drills and journeys, and the sweeps

sweeps: export SWEEP = 10
sweeps: .venv/.dev ## What holds for anything, with ten times as many examples and every hostile value
	$(BIN)/python -m tests.postgres $(BIN)/pytest -q -n $(JOBS) --dist worksteal -m 'sweep and not e2e'

lint: .venv/.dev ## Look for mistakes without running anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-cache
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html' ':!templates/jinja2')
	$(BIN)/djlint --lint --quiet templates
	@! git grep -nE '\{% (blocktranslate|blocktrans)( [^%]*)? %\}' -- templates | grep -v trimmed || { echo 'blocktranslate without trimmed'; exit 1; }
	@! git grep -nE '(style="|<style|<script>| on[a-z]+=")' -- templates ':!templates/emails' || { echo 'inline style or script: the CSP forbids it'; exit 1; }

fmt: .venv/.dev ## Format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html' ':!templates/jinja2') || true

check: .venv/.dev ## Migrations in step; deploy checks under production settings
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	DEBUG=0 SITE_URL=https://sdg.example.org ALLOWED_HOSTS=sdg.example.org \
	CONTACT_EMAIL=desk@sdg.example.org \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

test-postgres: .venv/.dev ## Tests on a PostgreSQL of their own
	$(BIN)/python -m tests.postgres $(BIN)/pytest -q -n $(JOBS) --dist worksteal -m '$(POSTGRES_SET)'

test-sqlite: .venv/.dev ## What depends on the database, on SQLite
	$(BIN)/pytest -q -n $(JOBS) --dist worksteal -m '$(SQLITE_SET)' $(SQLITE_FILES)

test-browser: .venv/.dev ## Tests in a real Chromium, with axe
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile -m '$(BROWSER_SET)' tests/e2e

test-servers: .venv/.dev ## Short drills with servers of their own: crashes, restores, machines that go away
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup -m '$(SERVERS_SET)' tests/servers tests/bench

VNU = var/vnu/node_modules/vnu-jar/build/dist/vnu.jar
$(VNU):
	npm install --silent --no-save --ignore-scripts --prefix var/vnu vnu-jar@26.9.27

validate: .venv/.dev $(VNU) ## Read every page with the Nu HTML checker (needs java and npm)
	VNU_JAR=$(CURDIR)/$(VNU) $(BIN)/pytest -q -n 0 tests/test_nu.py

audit: .venv/.dev ## Known vulnerabilities of the libraries (exit 3: could not be asked), and their licences
	$(BIN)/python -m tests.audit licences
	$(BIN)/python -m tests.audit vulnerabilities

bench: .venv/.dev ## Speed table (N=10000 cases; N=100000 is the full one)
	SECRET_KEY=for-the-bench DEBUG=0 HTTPS=0 $(BIN)/python -m tests.bench --number $(N)

findability: .venv/.dev ## What questions find of labelled passages (DATA=folder with passages.jsonl and queries.tsv)
	@test -n "$(DATA)" || { echo 'DATA=… names the folder of the passages and questions'; exit 2; }
	$(BIN)/python -m tests.findability $(DATA)

fuzz: FUZZ = $(BIN)/python -m tests.fuzz --seed $(or $(SEED),1) --number $$(( $(if $(findstring command,$(origin N)),$(N),100000) / 2 ))
fuzz: .venv/.dev ## Ask N times (100000) for every address and form, with anything (SEED=1); no answer 500
	$(FUZZ)
	$(BIN)/python -m tests.postgres $(FUZZ) --postgres

faults: .venv/.dev ## Kill processes at work N times (1000) on each database; a table of what is lost: nothing
	$(BIN)/python -m tests.crashes $(if $(findstring command,$(origin N)),$(N),1000)
	$(BIN)/python -m tests.postgres $(BIN)/python -m tests.crashes $(if $(findstring command,$(origin N)),$(N),1000)
	FAULT_ROUNDS=10 $(BIN)/pytest -q -s -n 0 tests/servers/test_faults.py tests/servers/test_cluster.py

load: .venv/.dev ## Put the portal under load as in production (N=10000 cases, SECONDS=10 a step; needs wrk)
	SECRET_KEY=for-the-load DEBUG=0 HTTPS=0 $(BIN)/python -m tests.bench.load --number $(N) --seconds $(SECONDS)

messages: .venv/.dev ## Bring the translation catalogues up to date
	DEBUG=1 $(BIN)/python manage.py makemessages --all --no-obsolete --no-location --ignore .venv --ignore var

clean: ## Delete the environment and everything derived (var/ included)
	rm -rf .venv var .pytest_cache .ruff_cache .hypothesis *.egg-info
