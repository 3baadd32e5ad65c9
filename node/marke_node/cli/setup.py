"""Making a node, and joining a federation."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from marke.errors import BadInputError, ConflictError, MarkeError, UnreachableError
from marke.protocol.messages import Invitation
from marke.reasons import Language, Reason
from marke.signing.fingerprint import key_fingerprint, tidy
from marke_ground.commands import MarkeCommand, answer, ask_secret, is_json, language
from marke_ground.store.engine import reading
from marke_node.cli.surroundings import BOARD, Surroundings, config, now, opened
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.join_hub import Wish, join_hub
from marke_node.services.join_federation import has_asked
from marke_node.services.node import make_node
from marke_node.store import home

_SHORTEST_PASSPHRASE = 12

_MADE: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": (
        "Map: {folder}",
        "Sleutel: {key}",
        "Zes woorden van de sleutel: {words}",
        "Nu: marke node join <bestand met de uitnodiging> --name <naam van uw collectief>",
    ),
    "en": (
        "Folder: {folder}",
        "Key: {key}",
        "Six words of the key: {words}",
        "Next: marke node join <invitation file> --name <name of your collective>",
    ),
}
_ASKED: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": (
        "Om toelating is gevraagd. Lees deze zes woorden van uw eigen sleutel voor aan het consortium: {words}",
        "Start daarna de node met: marke node serve",
    ),
    "en": (
        "Asked for admission. Read these six words of your own key to the consortium: {words}",
        "Then start the node with: marke node serve",
    ),
}
_COMPARE: Final[Mapping[Language, tuple[str, str]]] = {
    "nl": ("Zes woorden van het consortium: {found}", "Zijn dit de woorden die het consortium u voorlas?"),
    "en": (
        "Six words of the consortium's root: {found}",
        "Are these the words that the consortium read out to you?",
    ),
}


@click.command(cls=MarkeCommand)
@click.option(
    "--passphrase", is_flag=True, help="Seal the key with a passphrase that you type, not with a secret file."
)
def init(*, passphrase: bool) -> None:
    """Make a new node: its folder, its key and its database.

    The key is sealed with a random secret in a file beside it, so that the node starts by itself. With a passphrase it
    is safer, and somebody must be there to start it.
    """
    settings = config()
    if home.exists(settings.home):
        raise ConflictError(Reason.HOME_EXISTS, folder=str(settings.home))
    secret = None
    if settings.passphrase_file is not None:
        secret = home.read_secret(settings.passphrase_file, is_random=False)
    elif passphrase:
        secret = home.Secret(_new_passphrase(), is_random=False)
    node = make_node(settings, secret, secrets.token_bytes, now=now())
    words = key_fingerprint(node.key.public)
    answer(
        {"folder": str(settings.home), "public_key": node.key.public.to_text(), "fingerprint": words},
        *(line.format(folder=settings.home, key=node.key.public.to_text(), words=words) for line in _MADE[language()]),
    )


def _new_passphrase() -> bytes:
    secret = ask_secret("Nieuwe wachtwoordzin" if language() == "nl" else "New passphrase", is_new=True)
    if len(secret.decode("utf-8")) < _SHORTEST_PASSPHRASE:
        raise BadInputError(Reason.PASSPHRASE_TOO_SHORT, least=_SHORTEST_PASSPHRASE)
    return secret


@click.command(cls=MarkeCommand)
@click.argument("invitation", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", required=True, help="Name of your collective, as the others will see it.")
@click.option("--fingerprint", help="The six words that the consortium read out to you; else you are asked.")
def join(*, invitation: Path, name: str, fingerprint: str | None) -> None:
    """Join a federation by an invitation file.

    You compare six words with the consortium, by telephone or face to face, before anything is trusted.
    """
    pass_ = read_invitation(invitation)
    with opened() as here:
        config_ = here.node.config
        address = HubAddress.parse(pass_.hub_url, unsafe_plain_http=config_.unsafe_plain_http)
        wish = Wish(pass_, name, here.node.key, here.node.allow_demo)
        try:
            words = join_hub(
                here.engine,
                HubLink(address),
                wish,
                confirm=lambda found: _confirm(found, fingerprint),
                by=BOARD,
                now=here.now,
            )
        except UnreachableError as error:
            raise _for_joining(error, here) from error
    answer(
        {"status": "waiting", "fingerprint": words},
        *(line.format(words=words) for line in _ASKED[language()]),
    )


def _for_joining(error: UnreachableError, here: Surroundings) -> UnreachableError:
    """Return what is true of somebody who joins: until the request is written down, nothing tries again by itself."""
    with reading(here.engine) as session:
        asked = has_asked(session)
    if asked or error.reason not in {Reason.HUB_UNREACHABLE, Reason.HUB_TOO_SLOW}:
        return error
    return UnreachableError(Reason.JOIN_UNREACHABLE, **error.details)


def read_invitation(path: Path) -> Invitation:
    """Read an invitation file; raises BadInputError(BAD_INVITATION) and NotFoundError(FILE_MISSING)."""
    data = home.read(path)
    try:
        return Invitation.from_lax_bytes(data)
    except MarkeError as error:
        raise BadInputError(Reason.BAD_INVITATION) from error


def _confirm(found: str, fingerprint: str | None) -> bool:
    if fingerprint is not None:
        return tidy(fingerprint) == found
    if is_json():
        return False
    shown, question = _COMPARE[language()]
    click.echo(shown.format(found=found), err=True)
    return click.confirm(question, default=False, err=True)
