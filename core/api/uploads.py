"""Uploads: counted while they arrive, so that nothing larger than the limit reaches the disk."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from core.limits import UPLOAD_BYTES_MAX
from core.problems import Fault, InvalidInput, TooLarge


class BoundedUploadHandler(FileUploadHandler):
    """Stops reading a form when its files together exceed UPLOAD_BYTES_MAX."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received_bytes = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the piece on to the handlers that keep it."""
        del start
        self._received_bytes += len(raw_data)
        if self._received_bytes > UPLOAD_BYTES_MAX:
            assert self.request is not None
            self.request.upload_too_large = True  # type: ignore[attr-defined]  # read by file_of
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that keep it."""
        del file_size


def file_of(request: HttpRequest, name: str) -> BinaryIO:
    """Return the file of a form. Raises TooLarge, or InvalidInput when there is none."""
    found = request.FILES.get(name)
    if getattr(request, "upload_too_large", False):
        raise TooLarge(limit_bytes=UPLOAD_BYTES_MAX)
    if found is None:
        raise InvalidInput([Fault(f"#/{name}", "is required", "required")])
    return cast("BinaryIO", found)
