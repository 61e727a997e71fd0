"""The debugging checklist: a function `(case: Case) -> CheckResult` in a module here is a check."""
