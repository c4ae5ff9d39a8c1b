# Every command of the portal; `make` alone lists them.
SHELL := /bin/bash
PORT ?= 8000
# Test processes; browser tests keep a Chromium of their own in each.
JOBS ?= 2
PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
export PORT

.PHONY: help run test check bench demo archive clean

help: ## 列出各命令 / list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1	/'

run: ## 安装、载入标准和演示数据并启动 / install, load the standard and the demonstration, serve
	@deploy/setup && exec deploy/serve

test: ## 安装后运行全部测试 / install, then run every test
	@deploy/setup tests
	@$(PYTHON) -m pytest -n $(JOBS) --dist loadfile || { \
	    echo "== 没有通过的单独再试一次：机器太忙时浏览器和被杀的服务会超时 / what failed is tried once more by itself, for a busy machine"; \
	    $(PYTHON) -m pytest -n 0 --last-failed --last-failed-no-failures none; }

check: ## 静态检查 / lint, types, import contracts, migrations, deployment
	@deploy/setup tests
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(MANAGE) makemigrations --check --dry-run
	PORTAL_DEBUG=false PORTAL_HTTPS=true PORTAL_ALLOWED_HOSTS=portal.example \
	PORTAL_SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))')" \
	$(MANAGE) check --deploy --fail-level WARNING
	$(PYTHON) deploy/audit var

bench: ## 性能测量 / measure
	@deploy/setup tests
	@failed=0; for file in bench/[a-z]*.py; do echo "== $$file"; $(PYTHON) "$$file" || failed=1; done; exit $$failed

demo: ## 载入演示数据 / load the demonstration county
	@deploy/setup
	@deploy/serve --load-only

archive: ## 离线安装包 / everything for a machine without internet, in one file
	@deploy/setup
	@deploy/archive var/portal-offline.tar.gz

clean: ## 删除安装的依赖和生成的文件，保留数据 / remove what was installed and built, keep the data
	rm -rf .venv node_modules staticfiles var/setup .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
