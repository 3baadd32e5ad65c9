"""The demonstration in numbers, for `--report`: one JSON document."""

import platform
import sys
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from importlib import metadata

from marke import __version__, canonical
from marke_deploy.demo.federation import Asked, Federation
from marke_deploy.demo.measure import Cost
from marke_deploy.demo.truth import Check

_PACKAGES = ("cryptography", "flask", "granian", "httpx", "pydantic", "pyjwt", "sqlalchemy", "waitress")


def report_of(
    federation: Federation, checks: Sequence[Check], costs: Mapping[str, Cost], seconds: Mapping[str, float]
) -> Mapping[str, canonical.Json]:
    """Return the report: every reading of every question, the comparison with the truth, cost and versions."""
    pairs = list(zip(federation.asked, checks, strict=True))
    return {
        "synthetic": True,
        "collectives": federation.plan.collectives,
        "households": federation.plan.households,
        "questions": [
            entry for asked, check in pairs for entry in (_entry(asked, check, kind) for kind in asked.draft.readings)
        ],
        "check": {
            "max_abs_difference_to_pooled": max(check.max_abs_difference for check in checks),
            "max_abs_difference_after_rounding": max(check.max_abs_difference_after_rounding for check in checks),
            "is_within_rounding_bound": all(check.is_within_bound for check in checks),
            "cells": sum(check.cells for check in checks),
        },
        "memory": {name: _cost(cost) for name, cost in costs.items()},
        "seconds": {name: _rounded(value) for name, value in seconds.items()},
        "versions": {
            "marke": __version__,
            "python": sys.version.split()[0],
            "machine": platform.machine(),
            **{name: metadata.version(name) for name in _PACKAGES},
        },
    }


def _entry(asked: Asked, check: Check, kind: str) -> Mapping[str, canonical.Json]:
    if asked.outcome is None:
        raise ValueError("the question has no outcome yet")
    coverage = asked.outcome.outcome.coverage
    refused = coverage.refused_policy + coverage.refused_not_enough + coverage.refused_technical
    return {
        "kind": str(kind),
        "variable": asked.draft.bundle.variable,
        "period": asked.draft.bundle.period,
        "breakdown": asked.draft.bundle.breakdown,
        "round_id": asked.round_id,
        "cells": check.cells,
        "seconds_submit_to_result": _rounded(asked.seconds),
        "nodes": {
            "asked": coverage.invited,
            "answered": coverage.answered,
            "refused": refused,
            "silent": coverage.silent,
        },
        "households": {"counted": check.households_counted, "all": check.households},
        "refusals": [{"collective": name, "reason": reason.value} for name, reason in asked.refusals],
        "difference": {
            "before_rounding": check.max_abs_difference,
            "after_rounding": check.max_abs_difference_after_rounding,
            "rounding_bound": str(check.rounding_bound),
        },
    }


def _cost(cost: Cost) -> Mapping[str, canonical.Json]:
    return {
        "cpu_seconds": None if cost.cpu_seconds is None else _rounded(cost.cpu_seconds),
        "resident_mb": None if cost.resident_mb is None else _rounded(cost.resident_mb),
        "peak_mb": None if cost.peak_mb is None else _rounded(cost.peak_mb),
    }


def _rounded(value: float) -> float:
    return float(Decimal(value).quantize(Decimal("0.001"), ROUND_HALF_EVEN))
