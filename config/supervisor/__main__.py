"""The commands behind the Makefile's targets: `python -m config.supervisor <command>`."""

import os
import sys
from collections.abc import Callable

from config.supervisor import checking, running, testing
from config.supervisor.plan import CannotStart, Plan


def main(arguments: list[str]) -> int:
    """Run one command; return the status the shell is to see."""
    commands: dict[str, Callable[[list[str]], int]] = {
        "run": _run,
        "stop": _stop,
        "codes": _codes,
        "test": checking.test,
        "lint": checking.lint,
        "unit": checking.unit,
        "e2e": checking.e2e,
        "docs": checking.docs,
        "messages": checking.messages,
        "lock": checking.lock,
    }
    if not arguments or arguments[0] not in commands:
        sys.stderr.write(f"One of: {', '.join(commands)}.\n")
        return 2
    try:
        return commands[arguments[0]](arguments[1:])
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(_arguments: list[str]) -> int:
    running.Supervisor(Plan.from_environment(os.environ)).run()
    return 0


def _stop(_arguments: list[str]) -> int:
    stopped = running.stop(Plan.from_environment(os.environ))
    testing.stop_if_unused(testing.test_folder(os.environ))
    running.say("Stopped." if stopped else "Nothing was running.")
    return 0


def _codes(_arguments: list[str]) -> int:
    running.say(running.codes(Plan.from_environment(os.environ)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
