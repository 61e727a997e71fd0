"""What the audit finds, and the comments that excuse it."""

import re
from dataclasses import dataclass
from pathlib import Path

_EXCUSE = re.compile(r"# seed-audit:[ \t]*(.*)$")


@dataclass(frozen=True, order=True)
class Finding:
    """One place where a result may follow from something that no seed holds still.

    Attributes
    ----------
    line, end
        First and last line of the expression, from 1.
    what, mend
        What is wrong, and how to mend it.
    """

    line: int
    end: int
    what: str
    mend: str


def excuse(findings: list[Finding], comments: dict[int, str]) -> list[Finding]:
    """Leave out what a comment with a reason excuses; tell of comments that excuse nothing.

    Parameters
    ----------
    findings
        Of one file.
    comments
        Line to comment, of the same file.
    """
    reasons = {n: m[1].strip() for n, text in comments.items() if (m := _EXCUSE.search(text))}
    used: set[int] = set()
    kept = []
    for finding in findings:
        lines = {n for n in range(finding.line, finding.end + 1) if reasons.get(n)}
        used |= lines
        if not lines:
            kept.append(finding)
    for line, reason in reasons.items():
        if not reason:
            kept.append(Finding(line, line, "seed-audit comment without a reason", "add one"))
        elif line not in used:
            kept.append(Finding(line, line, "seed-audit comment excuses nothing", "delete it"))
    return sorted(kept)


def show(finding: Finding, file: Path) -> str:
    """Word a finding as one line."""
    return f"{file}:{finding.line}: {finding.what}: {finding.mend}"
