"""Leaf room: bytes kept under their SHA-256, on local disk or in an S3-compatible store."""

from reviewapp.storage.base import Incoming, MissingFile, Storage, StoredFile
from reviewapp.storage.urls import storage_from_url

__all__ = ["Incoming", "MissingFile", "Storage", "StoredFile", "storage_from_url"]
