"""What an engine hands out of an image, read as files."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any


class Stream(io.RawIOBase):
    """Read what an engine sends in pieces as one file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.left = self.left or next(self.pieces, b"")
        size = min(len(buffer), len(self.left))
        buffer[:size], self.left = self.left[:size], self.left[size:]
        return size


def archive(pieces: Any) -> tarfile.TarFile:
    """Open an archive that an engine sends; its types say text, but bytes come."""
    return tarfile.open(fileobj=io.BufferedReader(Stream(pieces), 1 << 20), mode="r|")


def holding(where: str, content: bytes, secrets: Mapping[str, bytes]) -> list[str]:
    """Name the secrets that some content holds."""
    return [f"{what} is in {where}" for what, secret in secrets.items() if secret in content]


def layers_holding(image: Any, secrets: Mapping[str, bytes]) -> list[str]:
    """Name the secrets in an image's layers and settings, those of deleted files too."""
    found: list[str] = []
    size = 0
    with archive(image.save(chunk_size=1 << 20)) as saved:
        for part in saved:
            content = saved.extractfile(part) if part.isreg() else None
            kept = b""
            while content is not None and (piece := content.read(1 << 24)):
                found += holding(part.name, kept + piece, secrets)
                kept = piece[-200:]
                size += len(piece)
    assert size > image.attrs["Size"] / 2, "the layers were not all read"
    return found
