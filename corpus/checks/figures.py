"""Figures that nobody can check: with no date and no source near them.

A figure is a sum of money, a percentage, a rate or a count of things. Ordinals, sections of laws, times, ages and the
like are numbers too, but they don't go out of date.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from corpus.checks.findings import Found, Rule
from corpus.checks.page import Page
from corpus.documents import Block, Document, Section

_NUMBER = r"\d{1,3}(?:[.,\u202f\xa0]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_FIGURE = re.compile(
    rf"(?P<money>(?:US|[A-Z])?[$€£¥]\s?(?:{_NUMBER})(?:\s(?:thousand|million|billion|trillion|mil|millones))*|"
    rf"(?<![\w.,$-])(?:{_NUMBER})(?:\s(?:thousand|million|billion|trillion|mil|millones))*\s(?:de\s)?"
    r"(?:dollars?|cents?|euros?|pesos?|dólares|centavos)\b)|"
    rf"(?P<share>(?<![\w.,$-])(?:{_NUMBER})\s?"
    r"(?:%|(?:percent|per cent|percentage points?|por ciento|puntos porcentuales)\b))|"
    rf"(?P<rate>(?<![\w.,$-])(?:{_NUMBER}|(?i:one|two|three|un[oa]?))\s(?:in|out of|of every|de cada|per|por cada)\s"
    rf"(?:every\s)?(?:{_NUMBER}|two|three|four|five|six|seven|eight|nine|ten|dos|tres|cuatro|cinco|seis|siete|ocho|"
    r"nueve|diez)\b(?!\s(?:years?|months?|weeks?|days?|hours?|años?|meses|semanas|días|horas)))|"
    rf"(?P<large>(?<![\w.,$-])(?:{_NUMBER})\s(?:thousand|million|billion|trillion|mil|millones)\b)|"
    r"(?P<count>(?<![\w.,$/§:-])\d{1,3}(?:[.,]\d{3})+(?![\w-]|[.,]\d)|"
    r"(?<![\w.,$/§:-])\d{2,3}(?![\w(/:%°-]|[.,]\d)(?=\s[^\W\d_]))"
)
_ABOUT = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|over|some|an estimated|estimated|"
    r"cerca de|alrededor de|aproximadamente|casi|unos|unas)\s$",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(
    r"[\s-]*(?:(?:calendar|business|working|school|consecutive|full|credit|square|cubic|metric|nautical|contact|"
    r"classroom|instructional|more|or more|(?:to|and|or|y|a|o) \d[\d,.]*)\s)*"
    r"(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|nights?|weekends?|quarters?|decades?|a\.m|p\.m|o’clock|"
    r"miles?|feet|foot|inch(?:es)?|yards?|acres?|tons?|tonnes|pounds?|ounces?|gallons?|liters?|litres?|km|kilo\w*|"
    r"met(?:er|re)s?|kilowatts?|kWh|kW|MW|megawatts?|gigawatts?|volts?|watts?|decibels?|degrees?|grams?|milligrams?|"
    r"micro\w+|parts|mph|knots?|points?|times|percentile|and over|and older|or older|or over|or younger|and under|"
    r"or under|caliber|credits?|pages?|words?|"
    r"años?|mes(?:es)?|semanas?|días?|horas?|minutos?|segundos?|noches?|millas?|pies|pulgadas?|acres?|toneladas?|libras?|"
    r"galones?|litros?|metros?|kilómetros?|grados?|veces|puntos?|páginas?|o más|o menos|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|"
    r"de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)|"
    r"(?:U\.?\s?S\.?\s?C|C\.?\s?F\.?\s?R|F\.?\s?(?:2|3)d|Fed|Stat|Cal|App)\b)",
    re.IGNORECASE,
)
_AGE_BEFORE = re.compile(
    r"\b(?:age|ages|aged|edad(?:es)?(?: de)?|under|over|younger than|older than|(?:adults|people|children|youth|those) "
    r"(?:under|over))\s(?:of\s)?(?:\d+\s(?:to|and|through|a|y)\s)?$",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(
    r"(?:\b[Aa]n?|\b[Uu]na?|(?<=\w )[A-Z][\w.’]*|§|"
    r"\b(?:[Ss]ections?|[Ss]ec\.|[Tt]itles?|[Cc]hapters?|[Pp]arts?|[Aa]rticles?|[Rr]ules?|[Ff]orms?|[Nn]os?\.|[Nn]umbers?|[Tt]ables?|[Ss]teps?|[Ll]evels?|[Pp]ages?|[Rr]oute|[Bb]ox|[Ii]tems?|[Ll]ines?|"
    r"[Ss]ecci(?:ón|ones)|[Aa]rtículos?|[Cc]apítulos?|[Tt]ítulos?|[Nn]úm\.|[Nn]úmeros?|[Ll]ey|[Pp]áginas?))\s$"
)
_SERVICE_NUMBERS = frozenset({"211", "311", "411", "511", "611", "711", "811", "911", "988"})

_MONTH = (
    r"(?:Jan(?:uary|\.)|Feb(?:ruary|\.)|March|Mar\.|April|Apr\.|May|June|July|Aug(?:ust|\.)|Sept(?:ember|\.)|Oct(?:ober|\.)|"
    r"Nov(?:ember|\.)|Dec(?:ember|\.)|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)"
)
_DATE = re.compile(
    rf"(?<![\w$€£,.])(?:1[6-9]|20)\d\d(?:s\b|[–-]\d\d(?:\d\d)?\b|(?![\w%]|,\d{{3}}|\.\d))|\bFY\s?\d\d\b|"
    rf"\b{_MONTH}\s\d{{1,2}}\b|\b\d{{1,2}}\s(?:de\s)?{_MONTH}\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b"
)
_SOURCE = re.compile(
    r"\b(?:according to|sources?|data|statistics|records|figures|census|researchers?|estimat(?:e|es|ed|ing)|"
    r"report(?:s|ed|ing)?|surve(?:y|ys|yed)|stud(?:y|ies|ied)|audit(?:s|ed|ors?)?|analys[ie]s|review(?:s|ed)?|"
    r"evaluations?|polls?|polled|published|found|finds|counted|calculat(?:es|ed)|project(?:s|ed)|reckons?|guess(?:es|ed)|"
    r"says?|said|told|testified|argues?|contends?|remark(?:s|ed)|claim(?:s|ed)|insists?|repl(?:y|ies|ied)|counter(?:s|ed)|rejoins?|warn(?:s|ed)|"
    r"según|fuentes?|datos|estadísticas|cifras|censo|investigador(?:es)?|estim(?:a|ó|an|aron)|inform(?:e|es|ó)|"
    r"encuestas?|estudios?|auditorías?|encontr(?:ó|aron)|halló|dij(?:o|eron)|afirman?|sostienen?|publicad[oa]s?)\b|"
    r"https?://|\bwww\.",
    re.IGNORECASE,
)
_LAW = re.compile(
    r"§|\bU\.?\s?S\.?\s?C\b|\bC\.?\s?F\.?\s?R\b|\b(?:[A-Z]\w+\s)(?:Act|Code|Law|Statute|Ordinance|Amendment|Regulations?)\b|"
    r"\b(?:Bill|Order|Law|Proposition|Measure|Ordinance|Resolution|Act|Rule|Chapter|Title|Section|Article|Regulation)\s"
    r"(?:No\.\s)?\d|\b(?:HB|SB|AB|HR|PL)\s?\d|"
    r"\b(?:Ley|Decreto|Artículo|Reglamento|Sección|Código|Ordenanza)\s(?:\w+\s){0,3}\d|\bLey\s(?:de|para|del)\s[A-ZÁÉÍÓÚÑ]"
)
# "must", "may not", "up to": a limit that a rule sets is nothing that was counted.
_RULE = re.compile(
    r"\b(?:must|shall|may|can|cannot|can[’']t|require[sd]?|requiring|limit(?:s|ed)?|caps?|capped|at least|at most|"
    r"up to|no more than|not more than|no less than|at or below|eligible|qualif(?:y|ies)|threshold|ceiling|minimum|"
    r"maximum|needs?|unless|entitle[sd]?|if|"
    r"deben?|puede[ns]?|podrá[ns]?|exig[ea]n?|requieren?|límites?|tope|al menos|por lo menos|como máximo|como mínimo|"
    r"hasta|mínim[oa]|máxim[oa])\b",
    re.IGNORECASE,
)
_WHOLE_PAGE = re.compile(
    r"\b(?:all|unless|todas|todos|salvo)\b[^.]{0,120}\b(?:figures|amounts|numbers|data|counts|cifras|montos|datos)\b|"
    r"\b(?:figures|amounts|numbers|data|counts|cifras|montos|datos)\b[^.]{0,120}\b(?:unless|throughout|salvo)\b",
    re.IGNORECASE,
)
_SHOWN = 3


def figure(page: Page) -> Iterator[Found]:
    """The first figure of a block that has none of a date, a source and a note near it."""
    if not page.words_are_read or _dates_everything(page):
        return
    dated = _dated_sections(page.document)
    marks = sorted(mark for note in page.document.notes for mark in note.marks)
    for section in page.document.sections:
        if section.slug in dated:
            continue
        for block in section.blocks:
            if _is_vouched_for(page, block, marks):
                continue
            figures = list(_figures(page, block))
            if figures:
                shown = ", ".join(f"“{match[0]}”" for match in figures[:_SHOWN])
                more = f" and {len(figures) - _SHOWN} more" if len(figures) > _SHOWN else ""
                verb = "has" if len(figures) == 1 else "have"
                yield Found(Rule.FIGURE, f"{shown}{more} {verb} no date and no source near.", figures[0].start())


def _dates_everything(page: Page) -> bool:
    """Whether one sentence says of when all the figures of the page are."""
    return any(
        _DATE.search(page.text, match.start(), page.text.find("\n", match.end()) + 1 or len(page.text))
        for match in _WHOLE_PAGE.finditer(page.text)
    )


def _dated_sections(document: Document) -> set[str]:
    """The slugs of the sections whose heading or first paragraph, or those of one they are part of, has a date."""
    dated: set[str] = set()
    trail: list[tuple[Section, bool]] = []
    for section in document.sections:
        while trail and trail[-1][0].level >= section.level:
            trail.pop()
        lead = document.text[section.span.start : section.blocks[0].span.end] if section.blocks else section.heading
        own = bool(_DATE.search(lead))
        if own or any(above for _, above in trail):
            dated.add(section.slug)
        trail.append((section, own))
    return dated


def _is_vouched_for(page: Page, block: Block, marks: Sequence[int]) -> bool:
    """Whether the block, or what leads it in, has a date, a source, a law, a note or a link."""
    stretches = [block.span, *([block.lead_in] if block.lead_in else [])]
    for span in stretches:
        text = span.of(page.text)
        if _DATE.search(text) or _SOURCE.search(text) or _LAW.search(text):
            return True
        if bisect_right(marks, span.start) < bisect_right(marks, span.end):
            return True
        if any(token in page.written(span) for token in ("](", "<a ", "href=", "][", "<http")):
            return True
    return False


def _figures(page: Page, block: Block) -> Iterator[re.Match[str]]:
    """The figures in *block* that a writer should vouch for."""
    led_by_rule = bool(block.lead_in and _RULE.search(block.lead_in.of(page.text)))
    for span in block.items or (block.span,):
        for sentence in page.terms.sentences(span.of(page.text)):
            start, end = span.start + sentence.start, span.start + sentence.end
            found = [
                match for match in _FIGURE.finditer(page.text, start, end) if not _is_other_number(match, start, end)
            ]
            # What a rule sets was never counted; but sums of money change from year to year.
            ruled = bool(found) and (led_by_rule or bool(_RULE.search(page.text, start, end)))
            yield from (match for match in found if not ruled or match.lastgroup == "money")


def _is_other_number(match: re.Match[str], start: int, end: int) -> bool:
    """Whether a count in the sentence from *start* to *end* is an age, a time, a measure, a name or a phone number."""
    if match.lastgroup not in ("count", "large"):
        return False
    before = match.string[max(match.start() - 60, start) : match.start()]
    after = match.string[match.end() : min(match.end() + 60, end)]
    if _UNIT_BEHIND.match(after) or _AGE_BEFORE.search(before) or _NAME_BEFORE.search(before):
        return True
    small = match.lastgroup == "count" and match[0].isdecimal()
    return small and (match[0] in _SERVICE_NUMBERS or (len(match[0]) < 3 and not _ABOUT.search(before)))
