"""Text files as other programs leave them: packed by gzip or not, in UTF-8, UTF-16 or Latin-1, any ends of lines."""

from __future__ import annotations

import gzip
import zlib
from io import BufferedIOBase
from pathlib import Path

from ontarget.ground.errors import InputError
from ontarget.io.wording import one_line

GZIP = b"\x1f\x8b"
LARGEST = 50_000_000
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))


def open_plain(path: str | Path, label: str, what: str) -> BufferedIOBase:
    """A file that is open for reading, unpacked on the way where its first bytes say that it is gzipped.

    Raises
    ------
    InputError : no such file, a folder, a file that may not be read
    """
    path = Path(path)
    if not path.is_file():
        got = "a folder or a device" if path.exists() else "no such file"
        raise InputError(label, got, f"{what} is needed.", "Check the name and the folder.")
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == GZIP
        return gzip.open(path) if packed else path.open("rb")
    except OSError as error:
        reason = one_line(error.strerror or error)
        got = f"a file that cannot be read ({reason})"
        raise InputError(label, got, "", "Check the name and the folder.") from None


def read_chunk(stream: BufferedIOBase, size: int, label: str) -> bytes:
    """The next bytes of it, or a sentence about a packed file that ends too early."""
    try:
        return stream.read(size)
    except (EOFError, OSError, zlib.error):
        raise InputError(label, "a gzip file that is cut or damaged", "", "Fetch the file again.") from None


def read_text(path: str | Path, label: str, what: str) -> str:
    """All of a text file, lines ended by a newline.

    Raises
    ------
    InputError : as `open_plain`, more than 50 MB, no text
    """
    with open_plain(path, label, what) as stream:
        content = read_chunk(stream, LARGEST + 1, label)
    if len(content) > LARGEST:
        truth = f"At most {LARGEST // 1_000_000} MB are read."
        raise InputError(label, "a larger file", truth, "Keep what is needed.")
    try:
        text = _decoded(content)
    except UnicodeDecodeError:
        raise InputError(label, "no text", f"{what} is plain text.", "Name such a file.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes) -> str:
    """By the mark of byte order, if there is one; else UTF-8, and Latin-1 for what is none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if content.translate(None, _CONTROL) != content:
        raise UnicodeDecodeError("latin-1", content[:1], 0, 1, "control characters")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
