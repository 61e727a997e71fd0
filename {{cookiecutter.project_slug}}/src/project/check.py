"""Go through the debugging checklist.

    make check                             the configuration of conf/
    make check ARGS="model=boosting"       with overrides
    make check RUN=<id or latest>          that of a run
    make smoke                             the quick part, in seconds

Reads conf/ and the data stages' outputs; writes reports/checklist.html, .md and .json. Exits 1
where a check fails that conf/checks.yaml does not waive.
"""

import argparse
import sys

from . import app, errors
from .command import overrides
from .compute import pin
from .config import Config
from .data.stages import ensure
from .errors import RunError
from .locks import reading
from .manifest import load_manifest
from .paths import PROJECT, Paths
from .runs import one_run
from .tracking import config as tracking


def quick(config: Config, paths: Paths) -> None:
    """Run the quick checks alone, and say nothing where they pass.

    Raises
    ------
    RunError
        When one fails.
    """
    from .checks.case import Case
    from .checks.registry import QUICK, all_checks
    from .checks.verdicts import judge, run

    wanted = [check for check in all_checks() if check.name in QUICK]
    findings = judge(list(run(wanted, Case(config, paths))), config.checks)
    for finding in findings:
        if finding.alarm:
            raise RunError(
                f"the check '{finding.check.title}' fails before training: "
                f"{finding.result.evidence}; `make check` tells more, and a waiver with its reason "
                "in conf/checks.yaml lets it pass"
            )


def go_through(config: Config, paths: Paths, *, only_quick: bool, run: str = "") -> bool:
    """Check a configuration, show and write what was found, and tell the configured trackers.

    Parameters
    ----------
    config, paths
        What to check, and where.
    only_quick
        Run the quick checks alone, and only show what they found.
    run
        The run whose configuration it is, for the trackers.

    Returns
    -------
    bool
        Whether no check fails that is not waived.
    """
    tracking.check(config.tracking)
    pin(config.compute)
    config.data = ensure(paths)
    # Imported here, after the pins.
    from .checks import verdicts
    from .checks.case import Case
    from .checks.registry import QUICK, all_checks
    from .report.checklist import plain, show, write

    checks = all_checks()
    verdicts.refuse_unknown(config.checks.waivers, checks)
    wanted = [check for check in checks if check.name in QUICK or not only_quick]
    case = Case(config, paths)
    findings = verdicts.judge(list(verdicts.run(wanted, case)), config.checks)
    show(findings, case)
    if not only_quick:
        write(findings, case, paths.reports)
        if config.tracking.tools:
            from .tracking.base import track
            from .tracking.checklist import checked

            track(
                checked([plain(one) for one in findings], config, run), config.tracking, paths.root
            )
    return not any(finding.alarm for finding in findings)


def _main() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--run", default="")
    parser.add_argument("--quick", action="store_true")
    options, rest = parser.parse_known_args()

    def command(config: Config) -> None:
        with reading(PROJECT):
            sound = go_through(config, PROJECT, only_quick=options.quick, run=of)
        if not sound:
            sys.exit(1)

    of = ""
    if options.run:
        folder = one_run(options.run, PROJECT)
        of = folder.name
        rest = [*overrides(load_manifest(folder)), *rest]
    sys.argv[1:] = rest
    app.run(command)


if __name__ == "__main__":
    errors.run(_main)
