"""Every unit test of training; the last line counts them: `python run_tests.py`.

`cargo xtask test` reads that line. What was skipped is neither passed nor failed, and is named.
"""

import sys
import unittest

MODULES = ("tests", "tests_grpo")


def main() -> None:
    result = unittest.TextTestRunner(verbosity=1).run(unittest.defaultTestLoader.loadTestsFromNames(MODULES))
    failed = len(result.failures) + len(result.errors)
    for test, reason in result.skipped:
        print(f"skipped {test}: {reason}")
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
