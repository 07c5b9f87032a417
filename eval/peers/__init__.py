"""Footnoted beside other question-answering libraries, on the same cases: ``python -m eval.peers``.

Each peer runs in a virtual environment of its own, so the adapters, `ports` and `worker` use nothing but the
standard library and the peer's own packages; the judging is done outside, by the eval's own metrics.
"""
