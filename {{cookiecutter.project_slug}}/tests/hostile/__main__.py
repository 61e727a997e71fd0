"""Draw inputs for the tests marked fuzz until the time is over; ends at the first that fails.

python -m tests.hostile 60      minutes
"""

import os
import subprocess
import sys
import time

EXAMPLES = "300"  # of each test, with one seed


def main() -> int:
    """Run the tests again and again, each time with another seed."""
    minutes = sys.argv[1] if len(sys.argv) == 2 else ""
    if not minutes.isdecimal() or not int(minutes):
        print(f"error: MINUTES={minutes}: give a whole number of minutes", file=sys.stderr)
        return 2
    end, seed = time.monotonic() + 60 * int(minutes), 0
    while time.monotonic() < end:
        seed += 1
        command = ["pytest", "-q", "-m", "fuzz", "tests/hostile"]
        done = subprocess.run(
            [*command, f"--hypothesis-seed={seed}"],
            env={**os.environ, "FUZZ_EXAMPLES": EXAMPLES},
            check=False,
        )
        if done.returncode:
            print(f"failed with seed {seed}, after {seed - 1} that did not")
            return 1
    print(f"{seed} times {EXAMPLES} inputs of each test, in {minutes} minutes: none failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
