"""Files kept by the SHA-256 of their bytes in a local folder."""

import errno
import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tgfair.storage.files import DiskFullError, FileMissingError, FileStore, LocalFiles

MAM = "Mắm tôm chà".encode()
DIGEST = sha256(MAM).hexdigest()
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def files(tmp_path) -> FileStore:
    return LocalFiles(tmp_path / "files", least_free_bytes=0)


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_put_keeps_the_bytes_under_their_digest(files, tmp_path):
    assert files.put(MAM) == DIGEST

    assert files.read(DIGEST) == MAM
    assert list(files) == [DIGEST]
    assert everything_in(tmp_path) == [f"files/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]


def test_put_twice_keeps_one_file(files):
    assert [files.put(MAM), files.put(MAM)] == [DIGEST, DIGEST]
    assert list(files) == [DIGEST]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(data=st.binary(max_size=2000))
def test_any_bytes_come_back(files, data):
    assert files.read(files.put(data)) == data


def test_open_gives_a_file_to_read_from(files):
    with files.open(files.put(MAM)) as file:
        assert (file.read(4), file.read()) == (MAM[:4], MAM[4:])


def test_deleted_file_is_gone_and_deleting_again_is_harmless(files):
    files.put(MAM)

    files.delete(DIGEST, put_before=LATER)
    files.delete(DIGEST, put_before=LATER)

    assert DIGEST not in files
    with pytest.raises(FileMissingError) as missing:
        files.read(DIGEST)
    assert missing.value.message() == "Không tìm thấy tệp này. Hãy tải lên lại."


def test_a_file_that_was_put_again_meanwhile_is_not_deleted(files):
    files.put(MAM)
    before = datetime.now(UTC) - timedelta(hours=1)

    files.delete(DIGEST, put_before=before)

    assert list(files) == [DIGEST]


@pytest.mark.parametrize(
    "digest", ["", "../../etc/passwd", DIGEST.upper(), DIGEST + "\n", "a" * 63]
)
def test_nothing_but_a_digest_becomes_a_path(files, digest):
    with pytest.raises(FileMissingError):
        files.open(digest)
    assert digest not in files


def test_upload_is_refused_when_the_disk_is_nearly_full(tmp_path):
    files = LocalFiles(tmp_path, least_free_bytes=10**18)

    with pytest.raises(DiskFullError) as full:
        files.put(MAM)

    assert full.value.message() == (
        "Máy chủ sắp hết chỗ chứa nên chưa nhận được tệp. Hãy báo Ban Tổ chức và thử lại sau."
    )
    assert everything_in(tmp_path) == []


def test_many_writers_of_the_same_file_leave_one(files, tmp_path):
    threads = [Thread(target=files.put, args=(MAM,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert everything_in(tmp_path) == [f"files/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_while_writing_gets_its_sentence(files, monkeypatch, number):
    def full(_handle):
        raise OSError(number, "no room")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(DiskFullError):
        files.put(MAM)
