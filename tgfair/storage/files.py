"""Uploaded files in a folder, each under the SHA-256 of its bytes: `ab/cd/abcd…`.

Content addressing makes writing again harmless, so that a file goes to disk before the transaction
that names it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from tgfair.core.errors import NotFoundError, UnavailableError

LEAST_FREE_BYTES: Final = 500 * 1024 * 1024
# The reserve may be gone all the same: another program was faster, or there is a quota.
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class DiskFullError(UnavailableError):
    """So little disk is left that uploads are refused before the database suffers."""

    code = "disk_full"

    def message(self) -> str:
        """Return a sentence for the page."""
        return (
            "Máy chủ sắp hết chỗ chứa nên chưa nhận được tệp. Hãy báo Ban Tổ chức và thử lại sau."
        )


class FileMissingError(NotFoundError):
    """No file with this digest is kept."""

    code = "file_missing"

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Không tìm thấy tệp này. Hãy tải lên lại."


class FileStore(Protocol):
    """What the application needs of a place for files; object storage can offer the same."""

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hexadecimal.

        Raises:
            DiskFullError: there is too little room.
        """
        ...

    def open(self, digest: str) -> BinaryIO:
        """Return the file opened for reading.

        Raises:
            FileMissingError: no such file.
        """
        ...

    def read(self, digest: str) -> bytes:
        """Return the bytes of the file; raises as `open` does."""
        ...

    def delete(self, digest: str, *, put_before: datetime) -> None:
        """Forget the file; nothing happens when it is not there, or was put since."""
        ...

    def __contains__(self, digest: str) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...


class LocalFiles:
    """A `FileStore` in one folder of this machine, made on first use."""

    def __init__(self, folder: Path, *, least_free_bytes: int = LEAST_FREE_BYTES) -> None:
        self._folder = folder
        self._least_free_bytes = least_free_bytes

    def put(self, data: bytes) -> str:
        """Write the bytes so that they survive a power cut, all or nothing; see `FileStore`."""
        digest = sha256(data).hexdigest()
        target = self._path(digest)
        if _put_again(target):
            return digest
        self.require_room(len(data))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(target, data)
            for folder in (target.parent, target.parent.parent, self._folder):
                _sync_folder(folder)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise DiskFullError from error
            raise
        return digest

    def open(self, digest: str) -> BinaryIO:
        """Return the file opened for reading; see `FileStore`."""
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            raise FileMissingError from None

    def read(self, digest: str) -> bytes:
        """Return the bytes of the file; see `FileStore`."""
        with self.open(digest) as file:
            return file.read()

    def delete(self, digest: str, *, put_before: datetime) -> None:
        """Remove the file; see `FileStore`."""
        path = self._path(digest)
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < put_before.timestamp():
                path.unlink()

    def __contains__(self, digest: str) -> bool:
        return _DIGEST.fullmatch(digest) is not None and self._path(digest).exists()

    def __iter__(self) -> Iterator[str]:
        for path in sorted(self._folder.glob("??/??/*")):
            if _DIGEST.fullmatch(path.name):
                yield path.name

    def require_room(self, size: int = 0) -> None:
        """Refuse when `size` more bytes would leave less free than the reserve.

        Raises:
            DiskFullError: there is too little room.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free - size < self._least_free_bytes:
            raise DiskFullError

    def _path(self, digest: str) -> Path:
        # Digests come from rows, but also from addresses: nothing else may become a path.
        if not _DIGEST.fullmatch(digest):
            raise FileMissingError
        return self._folder / digest[:2] / digest[2:4] / digest


def _put_again(target: Path) -> bool:
    """Return whether the file is there, and note that it was put now."""
    try:
        os.utime(target)
    except FileNotFoundError:
        return False
    except PermissionError:
        pass  # brought back from a backup by another user: nobody here can delete it either
    return True


def _write_whole(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
