"""What is written is whole, what is opened is a file, and a device is left a device."""

import os
import stat
from pathlib import Path

import pytest

from vatio.files import read_unpacked, regular, text_of, write_whole


def test_a_file_is_replaced_in_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(b"before")
    path.chmod(0o640)

    write_whole(str(path), b"after")

    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["run.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")

    write_whole(str(tmp_path / "link"), b"x")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole(os.devnull, b"x")

    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_pipe_that_nobody_reads_is_an_error_and_not_a_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="No such device"):
        write_whole(str(tmp_path / "pipe"), b"x")


def test_a_pipe_that_somebody_reads_gets_all_of_it() -> None:
    reading, writing = os.pipe()

    write_whole(f"/dev/fd/{writing}", b"x")

    assert os.read(reading, 9) == b"x"
    os.close(reading)
    os.close(writing)


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(OSError):  # noqa: PT011  a folder: which error is the system's choice
        write_whole(str(tmp_path / "folder"), b"x")

    assert os.listdir(tmp_path) == ["folder"]


def test_only_a_regular_file_is_opened_to_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (str(tmp_path / "pipe"), "/dev/zero", str(tmp_path)):
        with pytest.raises(OSError), open(path, "rb", opener=regular):  # noqa: PT011
            pass


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"a,b\n1,\xff\n", "line 2 is not text in UTF-8"),
        (b"a,b\n1,2\n\n\x00", "line 4 is not text in UTF-8"),
        ("a,b\n".encode("utf-16"), "it is UTF-16"),
        (b"PK\x03\x04rest", "a spreadsheet"),
        (b"PAR1", "a Parquet file"),
    ],
)
def test_what_is_no_text_is_said_with_its_line(held: bytes, said: str) -> None:
    with pytest.raises(OSError) as refused:  # noqa: PT011
        text_of(held)
    assert said in refused.value.strerror


def test_text_may_begin_with_a_byte_order_mark() -> None:
    assert text_of(b"\xef\xbb\xbfa") == text_of(b"a") == "a"


def test_a_packed_file_that_is_damaged_cannot_be_read(tmp_path: Path) -> None:
    import gzip

    packed = bytearray(gzip.compress(b"start,g_per_kwh\n" * 99))
    packed[14:20] = b"\xff" * 6
    (tmp_path / "x.gz").write_bytes(packed)
    with pytest.raises(OSError):  # noqa: PT011
        read_unpacked(str(tmp_path / "x.gz"), 1 << 20)
