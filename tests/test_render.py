"""What a render holds: the files, the answers in them, and no placeholder of the template."""

import ast
import csv
import json
import os
import re
import shutil
import string
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from conftest import ROOT, TEMPLATE
from cookiecutter.environment import StrictEnvironment
from cookiecutter.generate import is_copy_only_path
from hypothesis import example, given
from hypothesis import strategies as st

Render = Callable[..., Path]

# The generated project, whole: a new file of the template is written here too.
FILES = [
    ".devcontainer/devcontainer.json",
    ".dockerignore",
    ".dvc/.gitignore",
    ".dvc/config",
    ".dvcignore",
    ".env.example",
    ".gitattributes",
    ".github/ISSUE_TEMPLATE/bug.yml",
    ".github/dependabot.yml",
    ".github/pull_request_template.md",
    ".github/workflows/ci.yml",
    ".gitignore",
    ".pre-commit-config.yaml",
    "ARCHITECTURE.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "compose.yaml",
    "conf/backtest.yaml",
    "conf/checks.yaml",
    "conf/compute/dask.yaml",
    "conf/compute/local.yaml",
    "conf/compute/portable.yaml",
    "conf/compute/ray.yaml",
    "conf/compute/slurm.yaml",
    "conf/config.yaml",
    "conf/curves/default.yaml",
    "conf/data.yaml",
    "conf/evaluation/costs.yaml",
    "conf/evaluation/default.yaml",
    "conf/evaluation/gates.yaml",
    "conf/experiment/debug.yaml",
    "conf/ladder/default.yaml",
    "conf/methods/default.yaml",
    "conf/model/bagging.yaml",
    "conf/model/boosting.yaml",
    "conf/model/dummy.yaml",
    "conf/model/forest.yaml",
    "conf/model/lightgbm.yaml",
    "conf/model/logistic.yaml",
    "conf/model/mlp.yaml",
    "conf/model/neighbours.yaml",
    "conf/model/rule.yaml",
    "conf/model/stacking.yaml",
    "conf/model/svm.yaml",
    "conf/model/tree.yaml",
    "conf/model/voting.yaml",
    "conf/model/xgboost.yaml",
    "conf/tracking/disabled.yaml",
    "conf/tracking/mlflow.yaml",
    "conf/tracking/offline.yaml",
    "conf/tracking/online.yaml",
    "conf/tracking/sacred.yaml",
    "conf/tuning/default.yaml",
    "conf/tuning/space/bagging.yaml",
    "conf/tuning/space/boosting.yaml",
    "conf/tuning/space/forest.yaml",
    "conf/tuning/space/lightgbm.yaml",
    "conf/tuning/space/logistic.yaml",
    "conf/tuning/space/mlp.yaml",
    "conf/tuning/space/neighbours.yaml",
    "conf/tuning/space/svm.yaml",
    "conf/tuning/space/tree.yaml",
    "conf/tuning/space/xgboost.yaml",
    "data/sample/README.md",
    "data/sample/penguins.csv",
    "docs/debugging-checklist.md",
    "dvc.yaml",
    "pyproject.toml",
    "requirements/build.in",
    "requirements/build.lock",
    "requirements/dev.in",
    "requirements/dev.lock",
    "requirements/extras.txt",
    "requirements/extras/cmaes.in",
    "requirements/extras/cmaes.lock",
    "requirements/extras/dask.in",
    "requirements/extras/dask.lock",
    "requirements/extras/lightgbm.in",
    "requirements/extras/lightgbm.lock",
    "requirements/extras/mlflow.in",
    "requirements/extras/mlflow.lock",
    "requirements/extras/ray.in",
    "requirements/extras/ray.lock",
    "requirements/extras/sacred.in",
    "requirements/extras/sacred.lock",
    "requirements/extras/sacred.override",
    "requirements/extras/slurm.in",
    "requirements/extras/slurm.lock",
    "requirements/extras/xgboost.in",
    "requirements/extras/xgboost.lock",
    "requirements/runtime.in",
    "requirements/runtime.lock",
    "requirements/sbom.in",
    "requirements/sbom.lock",
    "scripts/cluster.sh",
    "scripts/container.sh",
    "scripts/determinism.sh",
    "scripts/limits.sh",
    "scripts/release.sh",
    "scripts/remote.sh",
    "scripts/reproduce.sh",
    "scripts/sbom.sh",
    "scripts/snapshot.sh",
    "src/project/__init__.py",
    "src/project/affected.py",
    "src/project/app.py",
    "src/project/assume.py",
    "src/project/assumptions/__init__.py",
    "src/project/assumptions/classes.py",
    "src/project/assumptions/families.py",
    "src/project/assumptions/finding.py",
    "src/project/assumptions/independent.py",
    "src/project/assumptions/linear.py",
    "src/project/assumptions/near.py",
    "src/project/assumptions/practical.py",
    "src/project/assumptions/predictable.py",
    "src/project/assumptions/registry.py",
    "src/project/assumptions/report.py",
    "src/project/assumptions/rows.py",
    "src/project/assumptions/skill.py",
    "src/project/audit/__init__.py",
    "src/project/audit/__main__.py",
    "src/project/audit/draws.py",
    "src/project/audit/finding.py",
    "src/project/audit/names.py",
    "src/project/audit/order.py",
    "src/project/audit/targets.py",
    "src/project/backtest.py",
    "src/project/backtesting/__init__.py",
    "src/project/backtesting/age.py",
    "src/project/backtesting/backtest.py",
    "src/project/backtesting/causes.py",
    "src/project/backtesting/conclusions.py",
    "src/project/backtesting/config.py",
    "src/project/backtesting/drift.py",
    "src/project/backtesting/finding.py",
    "src/project/backtesting/invariants.py",
    "src/project/backtesting/known.py",
    "src/project/backtesting/misplaced.py",
    "src/project/backtesting/of_drift.py",
    "src/project/backtesting/of_rows.py",
    "src/project/backtesting/periods.py",
    "src/project/backtesting/permuting.py",
    "src/project/backtesting/quality.py",
    "src/project/backtesting/reading.py",
    "src/project/backtesting/related.py",
    "src/project/backtesting/result.py",
    "src/project/backtesting/served.py",
    "src/project/backtesting/skew.py",
    "src/project/backtesting/skew_causes.py",
    "src/project/backtesting/slices.py",
    "src/project/backtesting/stated.py",
    "src/project/backtesting/truth.py",
    "src/project/backtesting/uncertainty.py",
    "src/project/backtesting/units.py",
    "src/project/check.py",
    "src/project/checks/__init__.py",
    "src/project/checks/again.py",
    "src/project/checks/capacity.py",
    "src/project/checks/case.py",
    "src/project/checks/cells.py",
    "src/project/checks/config.py",
    "src/project/checks/corruption.py",
    "src/project/checks/features.py",
    "src/project/checks/hyperparameters.py",
    "src/project/checks/implementation.py",
    "src/project/checks/later.py",
    "src/project/checks/leaks.py",
    "src/project/checks/registry.py",
    "src/project/checks/repetition.py",
    "src/project/checks/result.py",
    "src/project/checks/rows.py",
    "src/project/checks/splits.py",
    "src/project/checks/theory.py",
    "src/project/checks/trust.py",
    "src/project/checks/verdicts.py",
    "src/project/command.py",
    "src/project/compare.py",
    "src/project/compute.py",
    "src/project/config.py",
    "src/project/curves/__init__.py",
    "src/project/curves/config.py",
    "src/project/curves/diagnosis.py",
    "src/project/curves/learning.py",
    "src/project/curves/measure.py",
    "src/project/curves/outlook.py",
    "src/project/curves/power.py",
    "src/project/curves/setting.py",
    "src/project/curves/subsets.py",
    "src/project/curves/threshold.py",
    "src/project/curves/validation.py",
    "src/project/dashboard.py",
    "src/project/data/__init__.py",
    "src/project/data/address.py",
    "src/project/data/answers.py",
    "src/project/data/assign.py",
    "src/project/data/association.py",
    "src/project/data/bounds.py",
    "src/project/data/cached.py",
    "src/project/data/cautions.py",
    "src/project/data/cells.py",
    "src/project/data/committed.py",
    "src/project/data/config.py",
    "src/project/data/connect.py",
    "src/project/data/contingency.py",
    "src/project/data/csvfile.py",
    "src/project/data/description.py",
    "src/project/data/diff.py",
    "src/project/data/drift.py",
    "src/project/data/duplicates.py",
    "src/project/data/erase.py",
    "src/project/data/exploration.py",
    "src/project/data/filekind.py",
    "src/project/data/forget.py",
    "src/project/data/frozen.py",
    "src/project/data/given.py",
    "src/project/data/holdings.py",
    "src/project/data/infer.py",
    "src/project/data/ingest.py",
    "src/project/data/load.py",
    "src/project/data/lock_file.py",
    "src/project/data/measures.py",
    "src/project/data/outside.py",
    "src/project/data/parquetfile.py",
    "src/project/data/person.py",
    "src/project/data/prefetch.py",
    "src/project/data/profile.py",
    "src/project/data/redundant.py",
    "src/project/data/remote.py",
    "src/project/data/revisions.py",
    "src/project/data/rewrite.py",
    "src/project/data/rows.py",
    "src/project/data/rules.py",
    "src/project/data/schema.py",
    "src/project/data/schema_file.py",
    "src/project/data/schema_text.py",
    "src/project/data/shifts.py",
    "src/project/data/source.py",
    "src/project/data/split.py",
    "src/project/data/stages.py",
    "src/project/data/table.py",
    "src/project/data/traces.py",
    "src/project/data/transfer.py",
    "src/project/data/twins.py",
    "src/project/data/unreachable.py",
    "src/project/data/unreadable.py",
    "src/project/data/validate.py",
    "src/project/data/violations.py",
    "src/project/data/whole.py",
    "src/project/determinism.py",
    "src/project/diff.py",
    "src/project/differences.py",
    "src/project/ensemble.py",
    "src/project/environment.py",
    "src/project/errors.py",
    "src/project/evaluate.py",
    "src/project/evaluation/__init__.py",
    "src/project/evaluation/answers.py",
    "src/project/evaluation/between.py",
    "src/project/evaluation/calibration.py",
    "src/project/evaluation/calibrators.py",
    "src/project/evaluation/changes.py",
    "src/project/evaluation/confidence.py",
    "src/project/evaluation/config.py",
    "src/project/evaluation/conformal.py",
    "src/project/evaluation/cost.py",
    "src/project/evaluation/cost_table.py",
    "src/project/evaluation/costs.py",
    "src/project/evaluation/crowd.py",
    "src/project/evaluation/declared.py",
    "src/project/evaluation/direction.py",
    "src/project/evaluation/disagreement.py",
    "src/project/evaluation/distribution.py",
    "src/project/evaluation/diversity.py",
    "src/project/evaluation/evaluate.py",
    "src/project/evaluation/exact.py",
    "src/project/evaluation/importance.py",
    "src/project/evaluation/intervals.py",
    "src/project/evaluation/invariance.py",
    "src/project/evaluation/ladder.py",
    "src/project/evaluation/metrics.py",
    "src/project/evaluation/multiple.py",
    "src/project/evaluation/paired.py",
    "src/project/evaluation/pareto.py",
    "src/project/evaluation/permutation.py",
    "src/project/evaluation/perturbation.py",
    "src/project/evaluation/probing.py",
    "src/project/evaluation/resampling.py",
    "src/project/evaluation/result.py",
    "src/project/evaluation/scores.py",
    "src/project/evaluation/shares.py",
    "src/project/evaluation/shift.py",
    "src/project/evaluation/slices.py",
    "src/project/evaluation/slicing.py",
    "src/project/evaluation/subject.py",
    "src/project/explain.py",
    "src/project/extras.py",
    "src/project/files.py",
    "src/project/fingerprint.py",
    "src/project/ladder.py",
    "src/project/learning_curve.py",
    "src/project/lineage.py",
    "src/project/lock.py",
    "src/project/locks.py",
    "src/project/manifest.py",
    "src/project/models/__init__.py",
    "src/project/models/baselines.py",
    "src/project/models/catalog.py",
    "src/project/models/cautions.py",
    "src/project/models/cost.py",
    "src/project/models/crossval.py",
    "src/project/models/deciding.py",
    "src/project/models/decision.py",
    "src/project/models/difference.py",
    "src/project/models/ensembles.py",
    "src/project/models/folds.py",
    "src/project/models/foldscores.py",
    "src/project/models/iterations.py",
    "src/project/models/labels.py",
    "src/project/models/memory.py",
    "src/project/models/pipeline.py",
    "src/project/models/speed.py",
    "src/project/models/stages.py",
    "src/project/models/store.py",
    "src/project/models/training.py",
    "src/project/models/trusted.py",
    "src/project/nvml.py",
    "src/project/openings.py",
    "src/project/parallel/__init__.py",
    "src/project/parallel/dask_node.py",
    "src/project/parallel/dask_workers.py",
    "src/project/parallel/handshake.py",
    "src/project/parallel/local_workers.py",
    "src/project/parallel/ray_workers.py",
    "src/project/parallel/slurm_workers.py",
    "src/project/parallel/work.py",
    "src/project/patches.py",
    "src/project/paths.py",
    "src/project/predict.py",
    "src/project/profile.py",
    "src/project/promote.py",
    "src/project/promotion/__init__.py",
    "src/project/promotion/card.py",
    "src/project/promotion/card_parts.py",
    "src/project/promotion/changelog.py",
    "src/project/promotion/config.py",
    "src/project/promotion/forgetting.py",
    "src/project/promotion/gate.py",
    "src/project/promotion/gates.py",
    "src/project/promotion/guards.py",
    "src/project/promotion/history.py",
    "src/project/promotion/incumbent.py",
    "src/project/promotion/markdown.py",
    "src/project/promotion/noninferior.py",
    "src/project/promotion/service.py",
    "src/project/promotion/versions.py",
    "src/project/provenance.py",
    "src/project/recorded.py",
    "src/project/release.py",
    "src/project/report/__init__.py",
    "src/project/report/__main__.py",
    "src/project/report/assumptions.py",
    "src/project/report/backtest.py",
    "src/project/report/backtest_figures.py",
    "src/project/report/checklist.py",
    "src/project/report/class_figures.py",
    "src/project/report/compare.py",
    "src/project/report/curve_parts.py",
    "src/project/report/dashboard.py",
    "src/project/report/determinism.py",
    "src/project/report/difference.py",
    "src/project/report/ensemble.py",
    "src/project/report/ensemble_figures.py",
    "src/project/report/evaluation.py",
    "src/project/report/evaluation_figures.py",
    "src/project/report/evaluation_words.py",
    "src/project/report/figures.py",
    "src/project/report/forgetting.py",
    "src/project/report/forgetting_runs.py",
    "src/project/report/html.py",
    "src/project/report/ladder.py",
    "src/project/report/learning_curve.py",
    "src/project/report/lineage.py",
    "src/project/report/numbers.py",
    "src/project/report/page_rows.py",
    "src/project/report/process_figures.py",
    "src/project/report/profile.py",
    "src/project/report/progress.py",
    "src/project/report/promotion.py",
    "src/project/report/quantity_figures.py",
    "src/project/report/reproduction.py",
    "src/project/report/run_facts.py",
    "src/project/report/run_figures.py",
    "src/project/report/run_page.py",
    "src/project/report/tables.py",
    "src/project/report/templates/assumptions.html",
    "src/project/report/templates/backtest.html",
    "src/project/report/templates/base.html",
    "src/project/report/templates/charts.html",
    "src/project/report/templates/checklist.html",
    "src/project/report/templates/dashboard.html",
    "src/project/report/templates/dashboard/charts.js",
    "src/project/report/templates/dashboard/columns.js",
    "src/project/report/templates/dashboard/main.js",
    "src/project/report/templates/dashboard/pair.js",
    "src/project/report/templates/dashboard/table.js",
    "src/project/report/templates/diff.html",
    "src/project/report/templates/ensemble.html",
    "src/project/report/templates/evaluation.html",
    "src/project/report/templates/ladder.html",
    "src/project/report/templates/learning-curve.html",
    "src/project/report/templates/profile.html",
    "src/project/report/templates/run.html",
    "src/project/report/templates/threshold.html",
    "src/project/report/templates/tuning.html",
    "src/project/report/templates/validate.html",
    "src/project/report/templates/validation-curve.html",
    "src/project/report/terminal.py",
    "src/project/report/threshold.py",
    "src/project/report/trials.py",
    "src/project/report/tuning.py",
    "src/project/report/tuning_figures.py",
    "src/project/report/validation.py",
    "src/project/report/validation_curve.py",
    "src/project/reproduce.py",
    "src/project/resources.py",
    "src/project/rollback.py",
    "src/project/run_files.py",
    "src/project/run_rows.py",
    "src/project/runs.py",
    "src/project/serving/__init__.py",
    "src/project/serving/arriving.py",
    "src/project/serving/batch.py",
    "src/project/serving/cells.py",
    "src/project/serving/handler.py",
    "src/project/serving/job.py",
    "src/project/serving/journal.py",
    "src/project/serving/limits.py",
    "src/project/serving/lines.py",
    "src/project/serving/log.py",
    "src/project/serving/metrics.py",
    "src/project/serving/model.py",
    "src/project/serving/parse.py",
    "src/project/serving/prepared.py",
    "src/project/serving/sagemaker.py",
    "src/project/serving/screen.py",
    "src/project/serving/served.py",
    "src/project/serving/server.py",
    "src/project/serving/service.py",
    "src/project/serving/writing.py",
    "src/project/shape.py",
    "src/project/sweep.py",
    "src/project/threshold.py",
    "src/project/tracking/__init__.py",
    "src/project/tracking/base.py",
    "src/project/tracking/checklist.py",
    "src/project/tracking/config.py",
    "src/project/tracking/mlflow.py",
    "src/project/tracking/record.py",
    "src/project/tracking/sacred.py",
    "src/project/tracking/server.py",
    "src/project/tracking/study.py",
    "src/project/tracking/sync.py",
    "src/project/tracking/wandb.py",
    "src/project/train.py",
    "src/project/tune.py",
    "src/project/tuning/__init__.py",
    "src/project/tuning/config.py",
    "src/project/tuning/families.py",
    "src/project/tuning/known.py",
    "src/project/tuning/objective.py",
    "src/project/tuning/samplers.py",
    "src/project/tuning/search.py",
    "src/project/tuning/space.py",
    "src/project/tuning/store.py",
    "src/project/tuning/study.py",
    "src/project/tuning/sweep.py",
    "src/project/tuning/verdict.py",
    "src/project/typed.py",
    "src/project/validation_curve.py",
    "src/project/variations.py",
    "tests/__init__.py",
    "tests/assumptions/__init__.py",
    "tests/assumptions/made.py",
    "tests/assumptions/test_planted.py",
    "tests/assumptions/test_reference.py",
    "tests/assumptions/test_report.py",
    "tests/audit/__init__.py",
    "tests/audit/test_audit.py",
    "tests/backtesting/__init__.py",
    "tests/backtesting/faults.py",
    "tests/backtesting/production.py",
    "tests/backtesting/test_backtest.py",
    "tests/backtesting/test_false_alarms.py",
    "tests/backtesting/test_faults.py",
    "tests/backtesting/test_log.py",
    "tests/backtesting/test_methods.py",
    "tests/checks/__init__.py",
    "tests/checks/broken.py",
    "tests/checks/mistakes.py",
    "tests/checks/planted.py",
    "tests/checks/proof.py",
    "tests/checks/tables.py",
    "tests/checks/test_checklist.py",
    "tests/checks/test_planted.py",
    "tests/conftest.py",
    "tests/curves/__init__.py",
    "tests/curves/test_curves.py",
    "tests/curves/test_power.py",
    "tests/curves/test_subsets.py",
    "tests/data/__init__.py",
    "tests/data/corrupt.py",
    "tests/data/corrupt_cells.py",
    "tests/data/corrupt_files.py",
    "tests/data/tables.py",
    "tests/data/test_answers.py",
    "tests/data/test_association.py",
    "tests/data/test_committed.py",
    "tests/data/test_diff.py",
    "tests/data/test_drift.py",
    "tests/data/test_exploration.py",
    "tests/data/test_forget.py",
    "tests/data/test_hostile.py",
    "tests/data/test_infer.py",
    "tests/data/test_prefetch.py",
    "tests/data/test_profile.py",
    "tests/data/test_rewrite.py",
    "tests/data/test_schema.py",
    "tests/data/test_source.py",
    "tests/data/test_split.py",
    "tests/data/test_table.py",
    "tests/data/test_traces.py",
    "tests/data/test_validate.py",
    "tests/evaluation/__init__.py",
    "tests/evaluation/models.py",
    "tests/evaluation/test_behaviour.py",
    "tests/evaluation/test_calibration.py",
    "tests/evaluation/test_confidence.py",
    "tests/evaluation/test_conformal.py",
    "tests/evaluation/test_crowd.py",
    "tests/evaluation/test_evaluate.py",
    "tests/evaluation/test_ladder.py",
    "tests/evaluation/test_metrics.py",
    "tests/evaluation/test_paired.py",
    "tests/evaluation/test_permutation.py",
    "tests/evaluation/test_resampling.py",
    "tests/evaluation/test_shift.py",
    "tests/evaluation/test_slices.py",
    "tests/hostile/__init__.py",
    "tests/hostile/__main__.py",
    "tests/hostile/forged.py",
    "tests/hostile/test_fuzz.py",
    "tests/hostile/test_fuzz_inputs.py",
    "tests/hostile/test_fuzz_logs.py",
    "tests/hostile/test_habits.py",
    "tests/hostile/test_model_files.py",
    "tests/manifests.py",
    "tests/many.py",
    "tests/models/__init__.py",
    "tests/models/test_cautions.py",
    "tests/models/test_crossval.py",
    "tests/models/test_decision.py",
    "tests/models/test_ensembles.py",
    "tests/models/test_folds.py",
    "tests/models/test_foldscores.py",
    "tests/models/test_iterations.py",
    "tests/models/test_memory.py",
    "tests/models/test_models.py",
    "tests/models/test_training.py",
    "tests/promotion/__init__.py",
    "tests/promotion/planted.py",
    "tests/promotion/test_card.py",
    "tests/promotion/test_forgetting.py",
    "tests/promotion/test_gates.py",
    "tests/promotion/test_versions.py",
    "tests/report/__init__.py",
    "tests/report/test_dashboard.py",
    "tests/report/test_determinism.py",
    "tests/report/test_figures.py",
    "tests/report/test_profile.py",
    "tests/report/test_progress.py",
    "tests/report/test_run_page.py",
    "tests/report/test_validation.py",
    "tests/serving/__init__.py",
    "tests/serving/conftest.py",
    "tests/serving/test_batch.py",
    "tests/serving/test_job.py",
    "tests/serving/test_limits.py",
    "tests/serving/test_parse.py",
    "tests/serving/test_prepared.py",
    "tests/serving/test_release.py",
    "tests/serving/test_screen.py",
    "tests/serving/test_server.py",
    "tests/serving/test_service.py",
    "tests/test_compare.py",
    "tests/test_compute.py",
    "tests/test_conf.py",
    "tests/test_config.py",
    "tests/test_differences.py",
    "tests/test_environment.py",
    "tests/test_errors.py",
    "tests/test_evaluate.py",
    "tests/test_explain.py",
    "tests/test_extras.py",
    "tests/test_fingerprint.py",
    "tests/test_ladder.py",
    "tests/test_lineage.py",
    "tests/test_lock.py",
    "tests/test_manifest.py",
    "tests/test_parallel.py",
    "tests/test_patches.py",
    "tests/test_provenance.py",
    "tests/test_resources.py",
    "tests/test_run_files.py",
    "tests/test_runs.py",
    "tests/test_train.py",
    "tests/tracking/__init__.py",
    "tests/tracking/conftest.py",
    "tests/tracking/contract.py",
    "tests/tracking/test_mlflow.py",
    "tests/tracking/test_sacred.py",
    "tests/tracking/test_wandb.py",
    "tests/trained.py",
    "tests/tune/__init__.py",
    "tests/tune/test_search.py",
    "tests/tune/test_space.py",
    "tests/tune/test_verdict.py",
]

# The only files that cookiecutter reads for placeholders; all else is copied as it is.
RENDERED = [
    ".env.example",
    "LICENSE",
    "README.md",
    "conf/config.yaml",
    "conf/data.yaml",
    "pyproject.toml",
]
# These pages have Jinja of the project's own, which fills them at run time.
PAGES = "src/project/report/templates/"
# Not what GitHub writes as ${{ }}, nor the doubled braces of a Python f-string.
PLACEHOLDER = re.compile(r"(?<!\$)\{\{-?\s|\{%|cookiecutter")

HOSTILE = {
    "quotes": 'the "best" model, """ever"""',
    "apostrophes": "O'Brien's '''model'''",
    "backslashes": "C:\\new\\u0041 and one at the end \\",
    "unicode": "Größe für 模型 \N{ROCKET} \N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
    "a keyword": "lambda",
    "shell": "$(touch pwned) `id` ; rm -rf * & | > < ~ !! $HOME",
    "make": "$(shell touch pwned) $$(id) $(HOME) := b # \\",
    "yaml tags": "!!python/object/apply:os.system ['touch pwned']",
    "yaml": "- a: [b, {c: d}] # e, &f *g !h |",
    "toml": "'a' = [1] # b",
    "markup": "<b>100%</b> {braces} %s {0}",
    "blanks": "  around  ",
    "very long": "very long " * 400,
}

# One line of anything: what the hook lets through.
LINES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff")
)
# Often enough what could end a string.
ANYTHING = st.text(st.characters()) | st.text(string.punctuation + "nrux0")


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the default answers, to look at only."""
    return render(tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="module")
def template_files(template: Path) -> list[str]:
    """The files of the generated project as they lie in the template."""
    folder = template / TEMPLATE
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def parse_configuration(project: Path) -> int:
    """Parse every TOML, YAML and JSON file of a project and return how many there are."""
    parsers: dict[str, Callable[[str], Any]] = {
        ".toml": tomllib.loads,
        ".yaml": yaml.safe_load,
        ".yml": yaml.safe_load,
        ".json": json.loads,
    }
    files = [path for path in project.rglob("*") if path.suffix in parsers]
    for path in files:
        assert parsers[path.suffix](path.read_text(encoding="utf-8")) is not None, path
    return len(files)


def declared(project: Path) -> dict[str, Any]:
    """Return the [project] table of a project's pyproject.toml."""
    table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def test_the_project_holds_exactly_the_files_of_the_list(project: Path) -> None:
    files = [p.relative_to(project) for p in project.rglob("*") if p.is_file()]
    assert sorted(p.as_posix() for p in files if p.parts[0] != ".git") == FILES


def test_the_template_holds_exactly_the_files_of_the_list(template_files: list[str]) -> None:
    assert template_files == FILES


def test_placeholders_live_in_the_allow_list_alone(
    template: Path, template_files: list[str]
) -> None:
    folder = template / TEMPLATE
    files = [file for file in template_files if not file.startswith(PAGES)]
    marked = [f for f in files if PLACEHOLDER.search((folder / f).read_text("utf-8"))]
    assert set(marked) <= set(RENDERED)


def test_what_is_not_in_the_allow_list_is_copied_as_it_is(
    template: Path, template_files: list[str]
) -> None:
    context = {"cookiecutter": json.loads((template / "cookiecutter.json").read_text("utf-8"))}

    def is_copied(file: str) -> bool:
        path = PurePosixPath(file)
        return any(is_copy_only_path(str(p), context) for p in (path, *path.parents))

    assert [file for file in template_files if not is_copied(file)] == RENDERED


def test_what_is_copied_keeps_its_bytes_and_mode(
    template: Path, template_files: list[str], project: Path
) -> None:
    for file in set(template_files) - set(RENDERED):
        before, after = template / TEMPLATE / file, project / file
        assert after.read_bytes() == before.read_bytes(), file
        assert after.stat().st_mode & 0o111 == before.stat().st_mode & 0o111, file


def test_the_expressions_of_github_survive(template: Path, tmp_path: Path) -> None:
    source = shutil.copytree(template, tmp_path / "template")
    workflow = Path(".github/workflows/probe.yaml")
    text = "key: ${{ secrets.KEY }} # {% raw\n"
    (source / TEMPLATE / workflow).parent.mkdir(parents=True, exist_ok=True)
    (source / TEMPLATE / workflow).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "cookiecutter", "--default-config", "--no-input", str(source)]
    subprocess.run(command, cwd=tmp_path, env=os.environ | {"HOME": str(tmp_path)}, check=True)
    assert (tmp_path / "my-ml-project" / workflow).read_text(encoding="utf-8") == text


def test_the_name_of_a_run_is_used_by_its_commands_alone(project: Path) -> None:
    # RUN names a run; what is started by CONTAINER would run on the host if it said RUN.
    lines = (project / "Makefile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "$(RUN)" in line] == [
        "SERVED = $(if $(filter file,$(origin RUN)),promoted,$(RUN))",
        '\t@$(CONTAINER) python -m project.report "$(RUN)"',
        '\t@$(CONTAINER) python -m project.lineage "$(RUN)" "$(ROW)"',
        '\t@$(CONTAINER) python -m project.explain "$(RUN)" "$(ROW)"',
        '\t@$(CONTAINER) python -m project.ensemble "$(RUN)"',
        '\t@$(CONTAINER) python -m project.assume "$(RUN)" $(ARGS)',
        "\t@$(CONTAINER) python -m project.check "
        '$(if $(filter command,$(origin RUN)),--run "$(RUN)") $(ARGS)',
        '\t@$(CONTAINER) python -m project.evaluate "$(RUN)" "$(SPLIT)" $(ARGS)',
        '\t@$(CONTAINER) python -m project.promote "$(RUN)" "$(SPLIT)" $(ARGS)',
        '\t@./scripts/reproduce.sh "$(RUN)"',
    ]


def test_no_placeholder_is_left(project: Path) -> None:
    for file in FILES:
        if file.startswith(PAGES):
            continue
        left = PLACEHOLDER.search((project / file).read_text(encoding="utf-8"))
        assert left is None, f"{file}: {left}"


def test_every_configuration_file_of_the_default_project_parses(project: Path) -> None:
    assert parse_configuration(project) > 0


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_arrives_unchanged(text: str, tmp_path: Path, render: Render) -> None:
    table = tmp_path / "table.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[text, "x"], ["1", "2"]])
    folder = tmp_path / "out"
    folder.mkdir()
    project = render(
        folder,
        project_name=text,
        project_slug="safe",
        description=text,
        author_name=text,
        data_source=str(table),
        target=text,
    )
    assert parse_configuration(project) > 0
    assert declared(project)["description"] == text
    assert declared(project)["authors"] == [{"name": text}]
    data = yaml.safe_load((project / "conf/data.yaml").read_text(encoding="utf-8"))
    assert data["target"] == text
    assert f"# {text}\n" in (project / "README.md").read_text(encoding="utf-8")
    assert f"Copyright (c) {text}\n" in (project / "LICENSE").read_text(encoding="utf-8")
    assert [path.name for path in folder.iterdir()] == ["safe"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("House prices", "house-prices"),
        ("  Two   blanks, and_signs! ", "two-blanks-and-signs"),
        ("Größe", "grosse"),
        ("\N{ROCKET}", "project"),
        ("long " * 100, "-".join(["long"] * 13)),
    ],
    ids=["words", "signs", "umlauts", "no letter", "very long"],
)
def test_the_folder_is_named_after_the_project(
    name: str, slug: str, tmp_path: Path, render: Render
) -> None:
    assert render(tmp_path, project_name=name).name == slug


def test_braces_typed_at_the_prompts_are_kept(template: Path, tmp_path: Path) -> None:
    hostile = "{{ 7 * 7 }} {% if %} {# x #}"
    # In the order of the prompts; an empty line takes what is proposed.
    typed = ["Typed", "", hostile, hostile, "", "", "", ""]
    subprocess.run(
        [sys.executable, "-m", "cookiecutter", "--default-config", template],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path)},
        check=True,
        input="".join(f"{line}\n" for line in typed),
        text=True,
    )
    assert declared(tmp_path / "typed")["description"] == hostile
    assert declared(tmp_path / "typed")["authors"] == [{"name": hostile}]


@given(line=LINES)
@example(line='\\"')
@example(line='\\\\"\\')
@example(line="\N{ROCKET}")
def test_escaped_answers_read_back_from_toml_and_yaml(line: str) -> None:
    keys = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    environment = StrictEnvironment(context={})
    for key in ("description", "author_name", "target"):
        escaped = environment.from_string(keys[f"__{key}"]).render(cookiecutter={key: line})
        assert tomllib.loads(f'a = "{escaped}"') == {"a": line}
        assert yaml.safe_load(f'a: "{escaped}"') == {"a": line}


@pytest.mark.parametrize("hook", ["pre_gen_project.py", "post_gen_project.py"])
@given(line=ANYTHING)
@example(line='"""')
@example(line="'''")
@example(line="\\")
@example(line="{{ x }}{% y %}")
def test_no_answer_breaks_out_of_a_hook(hook: str, line: str) -> None:
    text = (ROOT / "hooks" / hook).read_text(encoding="utf-8")
    (argument,) = re.findall(r"^ANSWERS.*json\.loads\((.*)\)$", text, re.MULTILINE)
    answers = {"first": line, "last": line}
    literal = StrictEnvironment(context={}).from_string(argument).render(cookiecutter=answers)
    assert json.loads(ast.literal_eval(literal)) == answers
