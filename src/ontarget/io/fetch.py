"""Fetching releases: from their DOI or URL, or from a mirror, into the user's cache folder.

A file that is there with the right checksum is not fetched again, so a fetch that was cut short goes on where it
stopped. A file is written beside its place, looked at, and only then moved there: no half of one ever stays.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote as as_url

from ontarget.ground.errors import InputError
from ontarget.io.release import LARGEST, Release, cache, mismatch, read_small
from ontarget.io.wording import cut, one_line
from ontarget.io.write import version

TIMEOUT = 30.0  # seconds without a word from the other side
Bring = Callable[[str, Path], None]  # (file, target)
Progress = Callable[[str], None]


def fetch(release: Release, progress: Progress) -> Path:
    """Download what is missing of a release into the cache; its folder.

    Parameters
    ----------
    release : from `find_release`
    progress : called with one line for each file

    Raises
    ------
    InputError : no network, no such file, no answer in time, or another content than was published
    """
    return _bring(release, progress, _download(release), release.address)


def copy(release: Release, mirror: Path, progress: Progress) -> Path:
    """Copy what is missing of a release from a mirror into the cache; its folder."""
    named = (mirror / name for name in (release.folder, release.name))
    folder = next((each for each in named if each.is_dir()), None)
    if folder is None:
        truth = f"A mirror of {release.name} has a folder {release.folder!r} or {release.name!r}."
        raise InputError(one_line(mirror), "no such folder in it", truth, "Name another with --mirror.")

    def bring(file: str, target: Path) -> None:
        target.write_bytes(read_small(folder / file, one_line(folder / file)))

    return _bring(release, progress, bring, one_line(folder))


def _bring(release: Release, progress: Progress, bring: Bring, origin: str) -> Path:
    folder = cache(release)
    for number, file in enumerate(release.files, 1):
        step = f"{release.name} {number}/{len(release.files)} {file}"
        target = folder / file
        if target.is_file():
            if mismatch(release, file, read_small(target, one_line(target))) is None:
                progress(f"{step}: here already")
                continue
            target.unlink()
            progress(f"{step}: what was here had a wrong checksum and is removed")
        with _beside(target) as part:
            bring(file, part)
            content = read_small(part, step)
            if (wrong := mismatch(release, file, content)) is not None:
                raise InputError(f"{file} from {origin}", *wrong, "It is removed; try again, or use a mirror.")
            os.replace(part, target)
        progress(f"{step}: {len(content)} bytes")
    return folder


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A path beside a file, for writing it; nothing is left there, whatever happens. Disks may be full."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
    except OSError as error:
        reason = one_line(error.strerror or error)
        raise InputError(one_line(target), f"a failure to write ({reason})", "", "Free space or mend rights.") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
            target.parent.rmdir()  # only if nothing is in it


def _download(release: Release) -> Bring:
    """A function that downloads one file of a release. A DOI is resolved once, when the first file is asked for."""
    import pooch
    from pooch.downloaders import doi_to_repository

    options = {"timeout": TIMEOUT, "headers": {"User-Agent": f"ontarget/{version('ontarget')} (pooch)"}}
    resolved: list = []

    def address(file: str) -> str:
        if not release.doi:
            return f"{release.url.rstrip('/')}/{as_url(file)}"
        if not resolved:
            resolved.append(doi_to_repository(release.doi, **options))
        return str(resolved[0].download_url(file))

    def bring(file: str, target: Path) -> None:
        try:
            pooch.HTTPDownloader(progressbar=_Meter(), **options)(address(file), target, None)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            remedy = f"Try again later, or use a mirror: 'ontarget data get {release.name} --mirror DIR'."
            raise InputError(f"{file} from {release.address}", _reason(error), "It was not fetched.", remedy) from None

    return bring


class _Meter:
    """Stands where pooch has a progress bar, and stops what is far too large to be a table."""

    total = 0  # set by pooch
    seen = 0

    def update(self, more: int) -> None:
        self.seen += more
        if self.seen > LARGEST:
            raise ValueError(f"more than {LARGEST // 1_000_000} MB")

    def reset(self) -> None:
        self.seen = 0

    def close(self) -> None:
        """Nothing was drawn."""


def _reason(error: Exception) -> str:
    """Why a download failed, in a few words."""
    import requests

    if isinstance(error, requests.exceptions.HTTPError) and error.response is not None:
        return f"the answer {error.response.status_code} {one_line(error.response.reason)}".rstrip()
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error).lower():
        return f"no answer within {TIMEOUT:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "an answer that broke off"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "no connection"
    if isinstance(error, (KeyError, TypeError, AttributeError)):
        return "an answer that is no list of files"
    return cut(one_line(error) or type(error).__name__)
