"""Which test of the project guards a figure of the model card; footnotes of the card name them."""

from ..data.config import Task

_TESTS = {
    "date": "promotion/test_versions.py::test_a_promoted_run_is_a_version_that_serves",
    "rows": "data/test_split.py::test_every_row_is_in_one_split_and_comes_back_with_its_id",
    "target": "test_train.py::test_a_run_holds_all_its_parts_and_they_agree",
    "metric": "evaluation/test_metrics.py::test_a_metric_agrees_with_an_independent_library",
    "interval": "evaluation/test_metrics.py::"
    "test_an_interval_covers_the_truth_about_as_often_as_it_says",
    "gain": "evaluation/test_evaluate.py::"
    "test_gains_are_the_differences_of_the_figures_and_positive_where_better",
    "swaps": "promotion/test_gates.py::test_a_model_that_is_no_better_passes_as_seldom_as_promised",
    "incumbent": "promotion/test_gates.py::"
    "test_a_model_that_loses_too_much_passes_as_seldom_as_promised",
    "alarm": "promotion/test_gates.py::test_a_planted_fault_stops_a_model_at_its_gate",
    "asked": "promotion/test_gates.py::test_a_gate_asks_for_what_the_file_says",
    "waived": "promotion/test_gates.py::test_a_gate_is_waived_for_a_reason_and_by_its_name_alone",
    "perturbation": "evaluation/test_behaviour.py::test_noise_costs_what_theory_says",
    "invariance": "evaluation/test_behaviour.py::"
    "test_a_model_that_ignores_a_declared_invariance_is_named",
    "direction": "evaluation/test_behaviour.py::"
    "test_rows_that_go_against_a_monotone_pair_are_counted_and_the_worst_is_named",
    "probabilities": "evaluation/test_calibration.py::"
    "test_exact_probabilities_are_rejected_as_often_as_the_level_says",
    "quantiles": "evaluation/test_conformal.py::"
    "test_quantiles_of_exchangeable_errors_raise_few_false_alarms_and_shifted_ones_do",
    "conformal": "evaluation/test_conformal.py::test_coverage_over_resamples_follows_its_exact_law",
    "confidence": "evaluation/test_confidence.py::"
    "test_the_risk_is_above_the_promise_no_more_often_than_said",
    "slices": "evaluation/test_slices.py::test_chance_raises_as_few_alarms_as_the_level_says",
    "importance": "evaluation/test_behaviour.py::"
    "test_importance_and_dependence_agree_with_scikit_learn",
    "latency": "evaluation/test_behaviour.py::test_latency_is_what_a_model_of_known_speed_takes",
    "size": "test_train.py::test_a_run_tells_how_fast_and_how_large_it_was",
    "openings": "evaluation/test_evaluate.py::test_openings_are_counted_and_the_second_warns",
    "notes": "evaluation/test_evaluate.py::test_too_little_data_is_told_and_not_hidden",
}
GUARDS = {key: f"tests/{test}" for key, test in _TESTS.items()}

_METHODS = {
    "Baselines": "gain",
    "Perturbation": "perturbation",
    "Invariance": "invariance",
    "Direction": "direction",
    "Conformal": "conformal",
    "Confidence": "confidence",
    "Slices": "slices",
    "Explanation": "importance",
    "Cost": "latency",
}


def of_method(method: str, task: Task) -> str:
    """Return the guard of what a method of the evaluation found."""
    if method == "Calibration":
        return "probabilities" if task is Task.classification else "quantiles"
    return _METHODS[method]


def note(*keys: str) -> str:
    """Return the footnotes that name tests, as they stand behind a figure."""
    return "".join(f"[^{key}]" for key in dict.fromkeys(keys))
