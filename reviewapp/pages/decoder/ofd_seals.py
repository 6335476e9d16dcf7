"""The picture of a seal, out of the signed value around it (GB/T 38540): found by how pictures begin and end."""

_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_ZIP, _ZIP_END, _ZIP_END_BYTES = b"PK\x03\x04", b"PK\x05\x06", 22
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_STARTS = ((_PNG, _PNG_END, 0), (_ZIP, _ZIP_END, _ZIP_END_BYTES - len(_ZIP_END)), (_JPEG, _JPEG_END, 0))


def pictures_in(signed: bytes) -> bytes | None:
    """The PNG, OFD or JPEG inside, None when there is none.

    No ASN.1 is read: what the signature says is not verified, the seal is only drawn where a viewer would show it.
    """
    for start, end, more in _STARTS:
        begin = signed.find(start)
        last = signed.rfind(end)
        if 0 <= begin < last:
            return signed[begin : last + len(end) + more]
    return None
