"""What can be wrong with an index.

    IndexingError
    ├── IndexNotBuilt       nothing has been published in this data directory
    ├── IndexCorrupt        a file of the published index is missing, cut short or altered
    ├── EmbedderMismatch    the index was built with another model than the one that would ask it
    ├── IndexNotWritable    the data directory can't be written: permission, or a full disk
    │   └── IndexBusy       another process is writing in it
    ├── VersionNotFound     no version of that name is kept
    └── ModelUnavailable    the embedding model is missing or isn't the one that was pinned

Every message says what happened, to what, and what to do next.
"""


class IndexingError(Exception):
    """Base of everything that `index` raises on purpose."""


class IndexNotBuilt(IndexingError):  # noqa: N818 - named for what happened, as httpx does
    """The data directory holds no published index."""


class IndexCorrupt(IndexingError):  # noqa: N818
    """The published index doesn't match its manifest, or is of another schema."""


class EmbedderMismatch(IndexingError):  # noqa: N818
    """The manifest names another embedding model than the one at hand."""


class IndexNotWritable(IndexingError):  # noqa: N818
    """The data directory can't be written."""


class IndexBusy(IndexNotWritable):
    """Another process builds, rolls back or prunes in the same data directory."""


class VersionNotFound(IndexingError):  # noqa: N818
    """A version of the index that isn't kept, or the name of none."""


class ModelUnavailable(IndexingError):  # noqa: N818
    """The embedding model can't be loaded, or its weights have another hash than the pinned one."""
