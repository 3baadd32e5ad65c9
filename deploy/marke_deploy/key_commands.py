"""`marke key`: keys of people, on machines of their own. What is signed is first said aloud, and asked."""

import secrets
from pathlib import Path

import click

from marke.errors import BadInputError, ConflictError, NotFoundError, RefusedError, StorageError, naming
from marke.protocol.wire import wire_type
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.envelope import MAX_ENVELOPE_BYTES, Envelope, cosign
from marke.signing.fingerprint import key_fingerprint, root_fingerprint
from marke.signing.keys import (
    KEY_BYTES,
    NONCE_BYTES,
    SALT_BYTES,
    PrivateKey,
    open_private_key,
    read_key_file,
    seal_private_key,
)
from marke.signing.root import DIRECTORY_PAYLOAD_TYPE, ROOT_PAYLOAD_TYPE, RoleName, TrustRoot
from marke_deploy.said_aloud import said_aloud
from marke_ground.commands import MarkeGroup, answer, ask_secret, is_json, language
from marke_ground.files import PRIVATE, write_wholly

SHORTEST_PASSPHRASE = 12
_ROLES = {
    wire_type(Question).payload_type: RoleName.APPROVERS,
    ROOT_PAYLOAD_TYPE: RoleName.ROOT,
    DIRECTORY_PAYLOAD_TYPE: RoleName.DIRECTORY,
}
_FILE = click.Path(dir_okay=False, path_type=Path)
_PASSPHRASE = click.option(
    "--passphrase-file", type=_FILE, help="File with the passphrase; without it you are asked for it."
)


@click.group(cls=MarkeGroup)
def key() -> None:
    """Make keys, compare them and sign with them. A key never leaves the machine it was made on."""


@key.command("new")
@click.argument("file", type=_FILE)
@_PASSPHRASE
def new(file: Path, passphrase_file: Path | None) -> None:
    """Make a key and write it to FILE, sealed with a passphrase."""
    if file.exists():
        raise ConflictError(Reason.KEY_FILE_EXISTS, file=file.name)
    secret = read_passphrase(passphrase_file, is_new=True)
    made = PrivateKey.from_seed(secrets.token_bytes(KEY_BYTES))
    sealed = seal_private_key(
        made, secret=secret, salt=secrets.token_bytes(SALT_BYTES), nonce=secrets.token_bytes(NONCE_BYTES)
    )
    try:
        write_wholly(file, sealed, mode=PRIVATE)
    except ConflictError as error:
        raise ConflictError(Reason.KEY_FILE_EXISTS, file=file.name) from error
    words = key_fingerprint(made.public)
    answer(
        {"file": str(file), "public_key": made.public.to_text(), "fingerprint": words},
        made.public.to_text(),
        words,
    )


@key.command("fingerprint")
@click.argument("file", type=_FILE)
def fingerprint(file: Path) -> None:
    """Print the six words of FILE: a key, or a signed root. Read them to each other by telephone."""
    data = read_small(file)
    try:
        envelope = Envelope.from_bytes(data.strip())
    except BadInputError:
        with naming(file=file.name):
            public = read_key_file(data).public
        answer({"public_key": public.to_text(), "fingerprint": key_fingerprint(public)}, key_fingerprint(public))
        return
    if envelope.payload_type != ROOT_PAYLOAD_TYPE:
        raise BadInputError(Reason.NOT_A_ROOT_OR_KEY, file=file.name)
    words = root_fingerprint(envelope.payload)
    answer({"fingerprint": words}, words)


@key.command("sign")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, required=True, help="Your key file.")
@_PASSPHRASE
@click.option("--out", type=_FILE, help="Where the signed file goes; without it FILE itself gets the signature.")
@click.option("--root", type=_FILE, help="The consortium's newest root: a key without the right role is refused first.")
@click.option("--yes", is_flag=True, help="Sign without asking; what is signed is still printed.")
def sign(
    file: Path, key_file: Path, passphrase_file: Path | None, out: Path | None, root: Path | None, *, yes: bool
) -> None:
    """Say in plain words what FILE is, ask, and add your signature to it."""
    envelope = read_envelope(file)
    if root is not None:
        refuse_wrong_role(envelope, root=root, key_file=key_file)
    aloud = said_aloud(envelope, language())
    click.echo(aloud, err=is_json())
    question = "Ondertekenen?" if language() == "nl" else "Sign this?"
    if not yes and not click.confirm(question, err=True):
        raise RefusedError(Reason.NOT_SIGNED)
    secret = read_passphrase(passphrase_file, is_new=False)
    with naming(file=key_file.name):
        opened = open_private_key(read_small(key_file), secret=secret)
    signed = cosign(envelope, opened)
    target = out or file
    write_wholly(target, signed.to_bytes(), replaces=True)
    words = key_fingerprint(opened.public)
    answer(
        {"file": str(target), "signatures": len(signed.signatures), "signed_by": opened.public.key_id},
        f"{target}: {len(signed.signatures)} ({words})",
    )


def read_envelope(file: Path) -> Envelope:
    """Read a file that is signed or to be signed; raises BadInputError(NOT_A_SIGNED_FILE) when it is cut off."""
    data = read_small(file).strip()
    try:
        return Envelope.from_bytes(data)
    except BadInputError as error:
        if error.reason is not Reason.NOT_CANONICAL:
            raise
        raise BadInputError(Reason.NOT_A_SIGNED_FILE, file=file.name) from error


def refuse_wrong_role(envelope: Envelope, *, root: Path, key_file: Path) -> None:
    """Refuse a key that may not sign this kind of message, before it spoils the file for the others.

    Raises RefusedError(KEY_MAY_NOT_SIGN) naming the role. A new root may be signed by keys of the old one and its own.
    """
    role = _ROLES.get(envelope.payload_type)
    with naming(file=root.name):
        found = TrustRoot.from_exact_bytes(read_envelope(root).payload)
    with naming(file=key_file.name):
        key_id = read_key_file(read_small(key_file)).public.key_id
    if role is None:
        return
    allowed = set(found.keys_of(role))
    if role is RoleName.ROOT:
        allowed |= set(TrustRoot.from_exact_bytes(envelope.payload).keys_of(role))
    if key_id not in allowed:
        raise RefusedError(Reason.KEY_MAY_NOT_SIGN, file=key_file.name, role=role.value, root=root.name)


def read_passphrase(file: Path | None, *, is_new: bool) -> bytes:
    """Return the passphrase from a file, or ask for it; a new one must be long enough.

    Raises BadInputError(PASSPHRASE_TOO_SHORT) and NotFoundError(FILE_MISSING).
    """
    if file is not None:
        secret = read_small(file).rstrip(b"\r\n")
    else:
        secret = ask_secret("Wachtwoordzin" if language() == "nl" else "Passphrase", is_new=is_new)
    if is_new and len(secret) < SHORTEST_PASSPHRASE:
        raise BadInputError(Reason.PASSPHRASE_TOO_SHORT, least=SHORTEST_PASSPHRASE)
    return secret


def read_small(file: Path) -> bytes:
    """Read a file of at most a few megabytes; raises NotFoundError, BadInputError and StorageError."""
    try:
        if file.stat().st_size > MAX_ENVELOPE_BYTES:
            raise BadInputError(Reason.MESSAGE_TOO_LARGE, megabytes=MAX_ENVELOPE_BYTES // 2**20)
        return file.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(Reason.FILE_MISSING, file=file.name) from error
    except OSError as error:
        raise StorageError(Reason.FILE_UNREADABLE, file=file.name) from error
