"""The founders' files, as people would write and sign them; their keys never come near the hub."""

from pathlib import Path

from marke.signing.envelope import Envelope, cosign
from support.consortium import key_of


def root_toml() -> str:
    """Return the draft of a root with three people in every role, two of whom must sign."""
    roles = "\n".join(_role(name) for name in ("root", "directory", "approvers"))
    return f"""
consortium = "Collectieven Samen"
organisation = "Collectieven Samen"
demo = true
{roles}
[constants]
smallest_round = 2
smallest_group = 10
smallest_group_special = 15
shortest_decision_minutes = 1
directory_age_days = 0
pilot = true
"""


def _role(name: str) -> str:
    holders = "".join(
        f'[[{name}.holders]]\nkey = "{key_of(f"{name} {number}").public.to_text()}"\n'
        f'name = "{name} {number}"\norganisation = "organisation {number}"\n'
        for number in range(3)
    )
    return f"[{name}]\nthreshold = 2\n{holders}"


def sign_file(path: Path, role: str, people: int = 2) -> Path:
    """Sign a file with the keys of some people of a role; returns the signed file."""
    envelope = Envelope.from_bytes(path.read_bytes().strip())
    for number in range(people):
        envelope = cosign(envelope, key_of(f"{role} {number}"))
    signed = path.with_suffix(".signed")
    signed.write_bytes(envelope.to_bytes())
    return signed
