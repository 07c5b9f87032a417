"""What can be wrong with an explainer.

    CorpusError
    ├── DocumentNotFound      no file, folder or document under that name
    ├── DocumentFormatError   the file can't be read as an explainer
    └── DuplicateDocument     two files claim one id

Every message says what happened, to what, and what to do next.
"""


class CorpusError(Exception):
    """Base of everything that `corpus` raises on purpose."""


class DocumentNotFound(CorpusError):  # noqa: N818 - named for what happened, as httpx does
    """A path or a document id that leads nowhere."""


class DocumentFormatError(CorpusError):
    """A file that can't be read as an explainer: empty, binary, or with front matter that can't be parsed."""


class DuplicateDocument(CorpusError):  # noqa: N818
    """Two files with one document id."""
