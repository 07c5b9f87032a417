"""What a page of ours may load, and who may show it inside a page of theirs (Content Security Policy Level 3)."""

from __future__ import annotations


def content_security(frame_ancestors: str = "'none'") -> str:
    """The policy of a page that *frame_ancestors* may frame: nothing inline, and nothing from another site."""
    return (
        f"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {frame_ancestors}"
    )
