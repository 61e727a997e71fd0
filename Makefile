# What a person does with the template itself; the projects made from it have a Makefile of their own.
# ARGS goes to what is run: make test ARGS="-k demo -x"
ARGS ?=
PYTEST := .venv/bin/pytest -n 2 --dist loadscope
export PRE_COMMIT_HOME := $(CURDIR)/.cache/pre-commit

.DEFAULT_GOAL := help
.PHONY: help setup demo test fast lint lock bench bare determinism checklist docs reference \
	rubrics examples picture base-image stop clean venv engine viewers podman faketime

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: venv  ## install what is missing: Python environment, container engine, base image
	@tools/with-engine.sh true

demo: venv  ## render a project into demo/ and train its first model in a container
	@tools/with-engine.sh tools/demo.sh

# The tests look at what ran through Docker's own interface, so that Podman does not do for them.
test: venv viewers podman faketime  ## run all the tests, those in containers too
	@ENGINES="docker /usr/bin/docker" tools/with-engine.sh $(PYTEST) $(ARGS)

fast: venv  ## run the tests that need no container engine
	@$(PYTEST) -m "not docker" $(ARGS)

lint: venv  ## check all files; nothing is changed
	@PATH="$(CURDIR)/.venv/bin:$$PATH" pre-commit run --all-files

lock: venv  ## resolve requirements/*.in anew into the hash-locked *.lock
	@tools/lock.sh

bench: venv viewers  ## measure what the README promises about time
	@tools/with-engine.sh .venv/bin/python tools/bench.py $(ARGS)

bare: venv  ## write docs/bare.json: how long from `git clone` to a model on a bare Debian
	@tools/with-engine.sh tools/bare.sh

determinism: venv  ## write docs/determinism.md: which variations move a bit of a shipped model
	@tools/with-engine.sh tools/determinism.sh

checklist: venv  ## write docs/checklist.md: which planted mistakes the checklist finds
	@tools/with-engine.sh tools/checklist.sh

docs: venv  ## build the documentation's site into .cache/site; a broken link fails
	@tools/docs.sh

reference: venv  ## write docs/reference/: every configuration key and every command
	@.venv/bin/python tools/reference.py

rubrics: venv  ## write docs/rubrics.md and docs/lecture-notes.md: what is covered by what
	@.venv/bin/python tools/rubrics.py

examples: venv  ## run what docs/ tells a reader to type, and write what it printed; ARGS="tutorial"
	@tools/with-engine.sh .venv/bin/python tools/examples.py $(ARGS)

picture: venv viewers  ## draw the pictures of `make train`, `make check` and the dashboard
	@tools/with-engine.sh .venv/bin/python tools/picture.py

base-image: engine  ## build or pull the base image if it is not there, and print its name
	@tools/base-image.sh

stop:  ## stop the container engine if `make` started it
	@tools/engine.sh stop

clean:  ## remove the demo, the site and caches; the environment and images stay
	@rm -rf demo .cache/pre-commit .cache/site .pytest_cache .mypy_cache .ruff_cache .hypothesis

venv:
	@tools/python-env.sh

engine:
	@tools/engine.sh start

viewers:
	@tools/viewers.sh

# What Podman starts by, and its network, are only recommended by its package.
podman:
	@tools/package.sh podman podman catatonit netavark
	@tools/package.sh newuidmap uidmap

faketime:
	@tools/package.sh faketime faketime
