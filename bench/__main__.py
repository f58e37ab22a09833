"""`python -m bench` runs every benchmark, `python -m bench serving` one of them.

A benchmark with commands of its own takes the words behind its name: `storefront load --scale 1`.
"""

import importlib
import pkgutil
import sys

import bench


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return the exit status."""
    known = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    if len(names) > 1 and names[0] in known:
        command = getattr(importlib.import_module(f"bench.{names[0]}"), "command", None)
        if command is not None:
            return int(command(names[1:]))
    if unknown := sorted(set(names) - set(known)):
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    failed = 0
    for name in names or known:
        if name.startswith("_"):
            continue
        module = importlib.import_module(f"bench.{name}")
        measure = getattr(module, "measure", None)
        if measure is None:
            continue
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        try:
            measure()
        except Exception as reason:  # noqa: BLE001 - the others are still worth running
            print(f"  could not be measured: {type(reason).__name__}: {reason}")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
