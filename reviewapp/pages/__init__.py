"""Leaf room: what is in an uploaded file, found out safely. Knows nothing of claims, storage or the web."""

from reviewapp.pages.cutting import cut
from reviewapp.pages.decoder.limits import DEFAULT, Limits
from reviewapp.pages.model import Box, Document, FileInfo, PageImage, TextLine
from reviewapp.pages.opening import inspect_file, open_file
from reviewapp.pages.refusal import RefusedFile
from reviewapp.pages.sniffing import sniff

__all__ = [
    "DEFAULT",
    "Box",
    "Document",
    "FileInfo",
    "Limits",
    "PageImage",
    "RefusedFile",
    "TextLine",
    "cut",
    "inspect_file",
    "open_file",
    "sniff",
]
