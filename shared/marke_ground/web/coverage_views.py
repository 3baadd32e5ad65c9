"""How many of how many, for a page: who answered, who refused and why, who said nothing."""

from dataclasses import dataclass

from marke.protocol.messages import Coverage


@dataclass(frozen=True)
class CoverageView:
    """Coverage of a round, in parts that add up to everybody invited."""

    invited: int
    answered: int
    parts: tuple[tuple[str, int], ...]
    """Look and number, in the order of drawing: answered, pending, refused, and silent or still undecided."""
    refused: tuple[tuple[str, int], ...]
    """Class of refusal and number; only those that occur."""


def coverage_view(coverage: Coverage, *, is_over: bool, is_deciding: bool = False) -> CoverageView:
    """Return the parts of a coverage; who said yes and sent nothing is awaited while the round runs, silent after.

    Who said nothing is undecided as long as there is time to decide, and silent from then on.
    """
    refused = (
        ("policy", coverage.refused_policy),
        ("not_enough", coverage.refused_not_enough),
        ("technical", coverage.refused_technical),
    )
    said_no = sum(count for _, count in refused)
    pending = 0 if is_over else max(coverage.accepted - coverage.answered, 0)
    silent = max(coverage.invited - coverage.answered - pending - said_no, 0)
    return CoverageView(
        invited=coverage.invited,
        answered=coverage.answered,
        parts=(
            ("answered", coverage.answered),
            ("pending", pending),
            ("refused", said_no),
            ("undecided" if is_deciding else "silent", silent),
        ),
        refused=tuple((why, count) for why, count in refused if count),
    )
