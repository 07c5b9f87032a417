"""What can be wrong with an explainer.

    CorpusError
    ├── DocumentNotFound      no file, folder or document under that name
    ├── DocumentFormatError   the file can't be read as an explainer
    ├── DuplicateDocument     two files claim one id
    ├── OriginUnavailable     what an explainer was to be read from can't be reached, or sends something else
    └── LibraryError          the library can't be used
        ├── LibraryDamaged      its record of the explainers can't be read
        ├── LibraryBusy         another process is changing it
        └── LibraryNotWritable  permission, or a full disk

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


class OriginUnavailable(CorpusError):  # noqa: N818
    """An address that can't be reached, or that sends what isn't an explainer."""


class LibraryError(CorpusError):
    """The library can't be used, whichever explainer is meant."""


class LibraryDamaged(LibraryError):  # noqa: N818
    """The library's record of its explainers is missing, cut short or altered."""


class LibraryBusy(LibraryError):  # noqa: N818
    """Another process is changing the library."""


class LibraryNotWritable(LibraryError):  # noqa: N818
    """The library's folder can't be written."""
