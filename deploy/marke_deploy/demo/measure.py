"""What the demonstration cost: memory and CPU time of this process and of the hub, read from the system."""

import resource
from dataclasses import dataclass
from pathlib import Path

_KIB = 1024


@dataclass(frozen=True)
class Cost:
    """CPU seconds used so far and memory in use now, of one process; None where the system does not tell."""

    cpu_seconds: float | None
    resident_mb: float | None
    peak_mb: float | None


def cost_of(pid: int | None) -> Cost:
    """Return the cost of a process and its children; `None` is this process."""
    if pid is None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        status = _status(Path("/proc/self/status"))
        return Cost(usage.ru_utime + usage.ru_stime, status.get("VmRSS"), usage.ru_maxrss / _KIB)
    family = [pid, *children_of(pid)]
    seconds = [_cpu(Path(f"/proc/{one}/stat")) for one in family]
    resident = [_status(Path(f"/proc/{one}/status")) for one in family]
    known = [one for one in seconds if one is not None]
    return Cost(
        sum(known) if known else None,
        sum(one.get("VmRSS", 0.0) for one in resident) or None,
        sum(one.get("VmHWM", 0.0) for one in resident) or None,
    )


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started, and theirs."""
    found: list[int] = []
    for place in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(place).split():
            found += [int(child), *children_of(int(child))]
    return found


def _status(place: Path) -> dict[str, float]:
    """Read the memory lines of a process's status, in MB."""
    found = {}
    for line in _read(place).splitlines():
        name, _, rest = line.partition(":")
        if name in {"VmRSS", "VmHWM"}:
            found[name] = int(rest.split()[0]) / _KIB
    return found


def _cpu(place: Path) -> float | None:
    import os  # noqa: PLC0415 - only for the clock tick of this system

    fields = _read(place).rpartition(")")[2].split()
    if not fields:
        return None
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def _read(place: Path) -> str:
    try:
        return place.read_text("utf-8")
    except OSError:
        return ""
