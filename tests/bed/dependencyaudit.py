"""Asks the advisory database about the packages that the product needs: `make security`.

Exit 1 for a known vulnerability. Where the service cannot be asked, or knows none of the packages, the audit is named
as not tried: an answer that nobody gave is no clean one.
"""

from __future__ import annotations

import json
import subprocess
import sys

COMMAND = [
    sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--skip-editable",
    "--timeout", "10",
]  # fmt: skip


def said(answer: str, complaint: str) -> tuple[int, str]:
    """Return the exit code and what to print for what pip-audit wrote to its output and its error output."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        reason = (complaint.strip().splitlines() or ["no answer"])[-1]
        return 0, f"not tried: the dependency audit; its service cannot be reached: {reason[:200]}"
    asked = [one for one in packages if "skip_reason" not in one]
    if not asked:
        return 0, f"not tried: the dependency audit; the service knows none of {len(packages)} packages"
    known = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for one in asked
        for flaw in one["vulns"]
    ]
    unknown = len(packages) - len(asked)
    left = f"; not tried: {unknown} that the service does not know" if unknown else ""
    return int(bool(known)), "\n".join(
        [*known, f"{len(asked)} packages asked about, {len(known)} known flaws{left}"]
    )


def main() -> None:
    try:
        done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        code, words = said("", "no answer within five minutes")
    else:
        code, words = said(done.stdout, done.stderr)
    print(words)
    sys.exit(code)


if __name__ == "__main__":
    main()
