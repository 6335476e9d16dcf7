"""The administrator's pages on schemes: reading, trying, writing and publishing them."""

from reviewapp.web.schemes import drafts, publishing, reading, trying
from reviewapp.web.schemes.room import blueprint

__all__ = ["blueprint", "drafts", "publishing", "reading", "trying"]
