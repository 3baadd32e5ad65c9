"""Making a node, and joining a federation."""

import secrets
from pathlib import Path

import click

from marke.errors import BadInputError, ConflictError, MarkeError
from marke.protocol.messages import Invitation
from marke.reasons import Reason
from marke.signing.fingerprint import key_fingerprint, tidy
from marke_ground.commands import MarkeCommand, answer, is_json
from marke_node.cli.surroundings import BOARD, config, now, opened
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.join_hub import Wish, join_hub
from marke_node.services.node import make_node
from marke_node.store import home

_SHORTEST_PASSPHRASE = 12


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
        f"Folder: {settings.home}",
        f"Key: {node.key.public.to_text()}",
        f"Six words of the key: {words}",
        "Next: marke node join <invitation file> --name <name of your collective>",
    )


def _new_passphrase() -> bytes:
    text: str = click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True)
    if len(text) < _SHORTEST_PASSPHRASE:
        raise BadInputError(Reason.PASSPHRASE_TOO_SHORT, least=_SHORTEST_PASSPHRASE)
    return text.encode("utf-8")


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
        words = join_hub(
            here.engine,
            HubLink(address),
            wish,
            confirm=lambda found: _confirm(found, fingerprint),
            by=BOARD,
            now=here.now,
        )
    answer(
        {"status": "waiting", "fingerprint": words},
        f"Asked for admission. Read these six words of your own key to the consortium: {words}",
        "Then start the node with: marke node serve",
    )


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
    click.echo(f"Six words of the consortium's root: {found}", err=True)
    return click.confirm("Are these the words that the consortium read out to you?", default=False, err=True)
