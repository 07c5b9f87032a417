"""What a copied web page has around its explainer, and how to tell it.

The lists name what publishers' sites in general put on a page, in English and Spanish, and nothing that only one
explainer has.
"""

from __future__ import annotations

import re

NOTE_HEADINGS = frozenset(
    {
        "notes",
        "footnotes",
        "endnotes",
        "end notes",
        "references",
        "notas",
        "notas al pie",
        "notas a pie de página",
        "notas finales",
        "referencias",
    }
)
