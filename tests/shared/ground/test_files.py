"""A file is written wholly or not at all, also on a full disk and on a memory stick."""

import errno
import os
from pathlib import Path

import pytest

from marke.errors import ConflictError, StorageError
from marke.reasons import Reason
from marke_ground.files import PRIVATE, write_wholly


def _full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "no space left on device")


def _no_links(_path: Path, _target: Path) -> None:
    raise OSError(errno.EPERM, "operation not permitted")


def test_a_new_file_has_its_rights_from_the_start_and_nothing_beside_it(tmp_path: Path) -> None:
    write_wholly(tmp_path / "key", b"sealed", mode=PRIVATE)
    assert (tmp_path / "key").read_bytes() == b"sealed"
    assert (tmp_path / "key").stat().st_mode & 0o777 == PRIVATE
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_file_is_never_overwritten_unless_that_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "list"
    write_wholly(file, b"one")
    with pytest.raises(ConflictError) as refused:
        write_wholly(file, b"two")
    assert refused.value.reason is Reason.FILE_EXISTS
    assert file.read_bytes() == b"one"
    write_wholly(file, b"two", replaces=True)
    assert file.read_bytes() == b"two"


@pytest.mark.parametrize("replaces", [False, True])
def test_a_full_disk_leaves_nothing_behind_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, replaces: bool
) -> None:
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(StorageError) as refused:
        write_wholly(tmp_path / "key", b"sealed", replaces=replaces)
    assert refused.value.reason is Reason.DISK_FULL
    assert list(tmp_path.iterdir()) == []


def test_a_memory_stick_without_second_names_still_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "hardlink_to", _no_links)
    file = tmp_path / "key"
    write_wholly(file, b"sealed", mode=PRIVATE)
    with pytest.raises(ConflictError):
        write_wholly(file, b"other", mode=PRIVATE)
    assert file.read_bytes() == b"sealed"
    assert file.stat().st_mode & 0o777 == PRIVATE
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_folder_that_is_not_there_is_named_by_the_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as refused:
        write_wholly(tmp_path / "nowhere" / "key", b"sealed")
    assert refused.value.reason is Reason.FILE_UNWRITABLE
    assert refused.value.details == {"file": "key"}
