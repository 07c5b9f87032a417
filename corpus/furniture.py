"""What a copied web page has around its explainer, and how to tell it.

The lists name what publishers' sites in general put on a page, in English and Spanish, and nothing that only one
explainer has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.imprint import read_imprint
from corpus.inline import normalise
from corpus.lines import Shape, Unit


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


NOTE_HEADINGS = _lines("""
    notes
    footnotes
    endnotes
    end notes
    references
    notes and references
    notas
    notas al pie
    notas a pie de página
    notas finales
    referencias
""")

# Labels that no explainer uses as a heading.
_NEVER_TEXT = _lines("""
    skip to content
    skip to main content
    skip to navigation
    skip navigation
    back to top
    share this
    share this page
    share this article
    share this explainer
    print this page
    print page
    email this page
    copy link
    advertisement
    download pdf
    download the pdf
    read more
    learn more
    table of contents
    related topics
    accept cookies
    accept all cookies
    cookie settings
    saltar al contenido
    ir al contenido
    volver arriba
    compartir este artículo
    imprimir página
    copiar enlace
    leer más
    más información
    tabla de contenido
    temas relacionados
    aceptar cookies
    facebook
    instagram
    linkedin
    print
    share
    subscribe
    twitter
    youtube
    compartir
    imprimir
    suscribirse
    suscríbase
""")

# Labels that could be headings inside a text, but above and below it are furniture.
_AROUND_TEXT = _lines("""
    about
    about us
    accept
    accept all
    article
    blog
    brief
    close
    contact
    contact us
    donate
    download
    email
    español
    english
    explainer
    fact sheet
    home
    issue brief
    listen
    log in
    main menu
    menu
    newsletter
    policy brief
    privacy policy
    publications
    reject all
    report
    resource
    resources
    save
    search
    sign in
    sign up
    terms of use
    topics
    x
    artículo
    buscar
    correo electrónico
    descargar
    donar
    explicador
    guía
    hoja informativa
    informe
    iniciar sesión
    inicio
    menú
    política de privacidad
""")

# Labels whose next line, such as the names of topics, belongs to them.
_WITH_A_LINE = _lines("""
    related topics
    topics
    tags
    tagged
    filed under
    categories
    temas relacionados
    temas
    etiquetas
    categorías
""")

# Labels above a list of the page's own headings.
_CONTENTS = _lines("""
    contents
    table of contents
    in this article
    in this explainer
    on this page
    jump to
    contenido
    tabla de contenido
    en esta página
""")

# Labels above what a site wants read next.
_READ_NEXT = _lines("""
    learn more
    read more
    read next
    more on this topic
    more from us
    keep reading
    related
    related articles
    related content
    related explainers
    related posts
    related publications
    related reading
    related resources
    recommended reading
    you may also like
    más información
    lea también
    artículos relacionados
    contenido relacionado
    publicaciones relacionadas
""")

_NEVER_TEXT_LINE = re.compile(
    r"(?:read more about|skip to|jump to (?:content|main)|leer más sobre|lea más sobre|opens in a new)\b",
    re.IGNORECASE,
)
_AROUND_TEXT_LINE = re.compile(
    r"(?:(?:we|this (?:web)?site|our (?:web)?site) uses? cookies|by continuing to (?:use|browse)|"
    r"(?:este sitio|esta página|nuestro sitio)(?: web)? (?:usa|utiliza) cookies|"
    r"javascript (?:is|must)|you are here\b|share (?:this|on|via) \w+$|"
    r"(?:©|\(c\)|copyright (?:©|\(c\))?) ?\d{4}|.*\b(?:all rights reserved|todos los derechos reservados)\b|"
    r"(?:sign up|subscribe|suscríbase)\b.*\b(?:newsletter|updates|e-?mails?|alerts|inbox|boletín)\b|"
    r"(?:tags|tagged|topics|related topics|filed under|categories|etiquetas|temas)\s*:|"
    r"(?:last )?(?:updated|published|actualizado|publicado)\s*:)",
    re.IGNORECASE,
)
_CRUMBS = re.compile(r"(?:\S.*?\s[>»›|/·]\s.*){2,}$|(?:home|inicio)\s[>»›|/·]\s.*$", re.IGNORECASE)
_NUMBER_BEFORE = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[ivxlc]+[.)])\s+(?=\S)", re.IGNORECASE)
_NEITHER = re.compile(r"[\W_]+")
_LONGEST_TEASER = 40
_SHORTEST_CONTENTS = 3
_LINES = (Shape.BARE, Shape.HEADING)


def heading_key(text: str) -> str:
    """*text* as headings are compared: without case, number and closing punctuation."""
    return _NUMBER_BEFORE.sub("", normalise(text).casefold()).strip(" :.…")


def title_key(text: str) -> str:
    """*text* as titles are compared: its letters and digits alone, without case."""
    return _NEITHER.sub("", normalise(text)).casefold()


def is_read_next(key: str) -> bool:
    """Whether *key*, of a heading, stands above what a site wants read next."""
    return key in _READ_NEXT


def is_contents(key: str) -> bool:
    """Whether *key*, of a heading, stands above a list of the page's own headings."""
    return key in _CONTENTS


def is_furniture(unit: Unit, around: bool = False) -> bool:
    """Whether *unit* is a site's and not the explainer's; more things are *around* the text than in it."""
    if unit.shape not in (Shape.BARE, Shape.PROSE):
        return False
    key = heading_key(unit.text)
    if key in _NEVER_TEXT or (_NEVER_TEXT_LINE.match(unit.text) and unit.text[-1] not in ".!"):
        return True
    if not around or unit.words > _LONGEST_TEASER:
        return False
    return key in _AROUND_TEXT or key in _WITH_A_LINE or _is_line_around(unit.text)


def _is_line_around(text: str) -> bool:
    crumbs = len(text) < 200 and _CRUMBS.match(text)
    return bool(crumbs or _AROUND_TEXT_LINE.match(text) or read_imprint(text))


def brings_a_line(unit: Unit) -> bool:
    """Whether *unit* is a label such as "Topics", whose next line belongs to it."""
    return unit.shape is Shape.BARE and heading_key(unit.text) in _WITH_A_LINE


def drop_contents(units: Sequence[Unit]) -> list[Unit]:
    """*units* without a table of contents: lines in a row that all come again as headings further down."""
    last = {heading_key(unit.text): place for place, unit in enumerate(units) if unit.shape in _LINES}
    kept: list[Unit] = []
    place = 0
    while place < len(units):
        unit = units[place]
        labelled = unit.shape in _LINES and heading_key(unit.text) in _CONTENTS
        start = place + labelled
        end = start
        while end < len(units) and _comes_again(units[end], end, last):
            end += 1
        if end - start >= (1 if labelled else _SHORTEST_CONTENTS):
            place = end
        else:
            kept.append(unit)
            place += 1
    return kept


def _comes_again(unit: Unit, place: int, last: dict[str, int]) -> bool:
    return unit.shape in (Shape.BARE, Shape.ITEM) and last.get(heading_key(unit.text), -1) > place


def drop_tail(units: Sequence[Unit]) -> list[Unit]:
    """*units* without what a site puts below a text: links to others, bare lines with nothing below them."""
    kept = list(units)
    for place, unit in enumerate(units):
        if place and unit.shape in _LINES and heading_key(unit.text) in _READ_NEXT and _only_teasers(units[place:]):
            kept = kept[:place]
            break
    while kept and (kept[-1].shape in _LINES or is_furniture(kept[-1], around=True)):
        kept.pop()
    return kept


def _only_teasers(units: Sequence[Unit]) -> bool:
    teasers = (Shape.BARE, Shape.HEADING, Shape.PROSE)
    return all(unit.shape in teasers and unit.words <= _LONGEST_TEASER for unit in units)
