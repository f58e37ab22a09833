"""What the content rules share: where they note findings, uses of the network and dialects."""

from dataclasses import dataclass, field

from miniapps.bundle.limits import Limits
from miniapps.bundle.report import Dialect, Findings, Hints
from miniapps.capabilities import NetworkKind, Relaxation

USES_MAX = 500  # different uses of the network that are remembered


@dataclass(frozen=True, slots=True)
class Use:
    """A place where the code reaches an origin."""

    kind: NetworkKind
    origin: str
    path: str
    line: int


@dataclass(slots=True)
class Context:
    """One inspection under way."""

    limits: Limits
    findings: Findings
    uses: list[Use] = field(default_factory=list)
    speaks: set[Dialect] = field(default_factory=set)
    relaxations: set[Relaxation] = field(default_factory=set)
    hints: Hints = field(default_factory=Hints)
    parsed_bytes: int = 0

    def note_use(self, kind: NetworkKind, origin: str | None, path: str, line: int) -> None:
        """Remember that the file reaches ``origin``; None is a place on the app's own origin."""
        if origin is not None and len(self.uses) < USES_MAX:
            self.uses.append(Use(kind, origin, path, line))
