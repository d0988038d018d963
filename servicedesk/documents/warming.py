"""Warms the renderer when a worker starts. WeasyPrint is imported there or at the first paper: it costs 0.6 s."""

from __future__ import annotations

from typing import Any


def warm_child(**_signal: Any) -> None:
    """Warm a forked child."""
    from servicedesk.documents import pdf

    pdf.warm()


def warm_threads(sender: Any = None, **_signal: Any) -> None:
    """Warm a worker that works in its own process (threads, solo); forked pools warm each child instead."""
    if not type(getattr(sender, "pool", None)).__module__.endswith("prefork"):
        warm_child()
