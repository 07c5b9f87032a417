"""Makes a Word file's XML ready for mammoth, which reads the words and leaves out much of what they are.

What no reader of the printed page sees is taken out: deleted and hidden text, comments, tables of contents, page
numbers. What mammoth would pass over is put where it reads: text boxes, simple fields. And what its model has no
place for is noted here, paragraph by paragraph, under a number that travels as the name of the paragraph's style:
headings by their outline level, the numbers of lists, the labels of notes.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from corpus.errors import DocumentFormatError
from corpus.word_numbering import Numbering, Numeral, written
from corpus.word_package import WordPackage, local_name
from corpus.word_styles import ParagraphStyle, Styles, W, is_on, number, run_looks, value

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def _tags(names: str) -> frozenset[str]:
    return frozenset(f"{W}{name}" for name in names.split())


# All that is left for mammoth. What is none of it, and isn't treated below, is taken apart: its content is read.
_READ = _tags(
    "document body p r t tab br sym softHyphen tbl tr tc txbxContent "
    "footnotes footnote endnotes endnote footnoteReference endnoteReference"
)
_PROPERTIES = _tags("pPr rPr trPr tcPr tblPr")
_UNSEEN = _tags("del moveFrom delText instrText fldChar rt sectPr sdtPr sdtEndPr rubyPr smartTagPr customXmlPr")
_DRAWN = _tags("drawing pict object")
_EMBEDDED = _tags("altChunk subDoc")
# What mammoth passes over or reads as a character that no search finds.
_SIMPLER = {f"{W}cr": ("br", ""), f"{W}ptab": ("tab", ""), f"{W}noBreakHyphen": ("t", "-")}
_REFERENCES = _tags("footnoteReference endnoteReference")
# Fields whose results are of the page and not of the text.
_OF_THE_PAGE = frozenset({"TOC", "TOA", "INDEX", "PAGE", "NUMPAGES", "SECTIONPAGES"})
_PICTURES = frozenset({"pic", "chart", "relIds", "imagedata", "OLEObject"})
_NOTE_FORMATS = {"footnote": "decimal", "endnote": "lowerRoman"}
_BOXED = "boxed"
_MOST_COLUMNS = 63
# mammoth calls itself several times for each level.
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Shape:
    """What a paragraph is: the level of the ``heading`` that it is, how it is numbered, how far in it stands.

    ``list_id`` and ``level`` say which numbering its ``numeral`` belongs to, and how deep; ``indent`` is in twentieths
    of a point.
    """

    heading: int | None = None
    is_title: bool = False
    is_contents: bool = False
    numeral: Numeral | None = None
    list_id: str = ""
    level: int = 0
    indent: int = 0


@dataclass(slots=True)
class Markup:
    """A Word file that is ready to be read.

    ``docx`` is a small Word file; its paragraphs' style ids are places in ``shapes``. ``labels`` are the labels of
    notes by kind and id, ``left_out`` counts what has no text that can be read.
    """

    docx: bytes = b""
    shapes: list[Shape] = field(default_factory=list)
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def prepare(package: WordPackage) -> Markup:
    """The markup of *package*."""
    styles = Styles(package.related("styles"))
    preparer = _Preparer(styles, Numbering(package.related("numbering"), styles))
    document = package.document()
    formats = _note_formats(document, package.related("settings"))
    preparer.prepare(document)
    preparer.label_notes(document, formats)
    parts = {"document": document}
    for kind in _NOTE_FORMATS:
        notes = package.related(f"{kind}s")
        if notes is not None:
            preparer.prepare(notes)
            for note in notes:
                note.set(f"{W}id", note.get(f"{W}id", ""))
            parts[f"{kind}s"] = notes
    if max(map(_depth, parts.values())) > _DEEPEST:
        raise DocumentFormatError(f"{package.source} nests tables or text boxes too deep; lay them out flatter.")
    preparer.markup.docx = _packed(parts)
    return preparer.markup


def _packed(parts: dict[str, Element]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, root in parts.items():
            archive.writestr(f"word/{name}.xml", ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return packed.getvalue()


def _depth(root: Element) -> int:
    depth, level = 0, [root]
    while level:
        depth, level = depth + 1, [child for node in level for child in node]
    return depth


def _note_formats(document: Element, settings: Element | None) -> dict[str, str]:
    """How notes are numbered: as the last section that says so has it, or the settings do."""
    formats = dict(_NOTE_FORMATS)
    for root in (settings, document):
        for kind in _NOTE_FORMATS:
            for properties in root.iter(f"{W}{kind}Pr") if root is not None else ():
                formats[kind] = value(properties, "numFmt") or formats[kind]
    return formats


class _Preparer:
    """Prepares the parts of a file one after the other, the document first."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.markup = Markup()
        self._styles = styles
        self._numbering = numbering

    def prepare(self, root: Element) -> None:
        """Prepare one part."""
        _drop_fields_of_the_page(root)
        self._settle(root)
        for paragraph in root.iter(f"{W}p"):
            self._shape(paragraph)

    def label_notes(self, document: Element, formats: dict[str, str]) -> None:
        """Label the notes as Word does: one after the other, but for those that bear a mark of their own.

        Where Word begins anew on each page or in each section, the count goes on: nobody knows the pages here.
        """
        counts: Counter[str] = Counter()
        for run in document.iter(f"{W}r"):
            for reference in [child for child in run if child.tag in _REFERENCES]:
                kind = local_name(reference).removesuffix("Reference")
                note = (kind, reference.get(f"{W}id", ""))
                if note in self.markup.labels:
                    continue
                own = _take_own_mark(run) if reference.get(f"{W}customMarkFollows", "0") not in ("0", "false") else ""
                counts[kind] += not own
                self.markup.labels[note] = own or written(counts[kind], formats[kind])

    def _settle(self, parent: Element) -> None:
        """Put below *parent* what is read of what stands there."""
        children: list[Element] = []
        for child in parent:
            children.extend(self._settled(child))
        parent[:] = children
        _end_before_others(children)
        if parent.tag == f"{W}p":
            self._settle_runs(parent)
        elif parent.tag == f"{W}tr":
            _fill_up(parent)

    def _settled(self, element: Element) -> Iterable[Element]:
        """What is read of *element*, and where it stands."""
        tag = element.tag
        if tag in _UNSEEN or _is_of_no_text(element):
            return ()
        if tag in _PROPERTIES:
            return (element,)
        if tag in _DRAWN:
            return self._text_boxes(element)
        if tag in _EMBEDDED or tag.startswith(_MATH):
            self.markup.left_out["formula" if tag.startswith(_MATH) else "embedded document"] += 1
            return ()
        if tag == f"{_MC}AlternateContent":  # the same thing in several ways, the best of them first
            return [settled for choice in element[:1] for child in choice for settled in self._settled(child)]
        self._settle(element)
        return (_as_read(element),) if tag in _READ or tag in _SIMPLER else list(element)

    def _text_boxes(self, drawing: Element) -> Iterable[Element]:
        """The text in a *drawing*, as mammoth reads it; a drawing without any is counted where it is a picture."""
        boxes = list(_find_boxes(drawing))
        names = {local_name(node) for node in drawing.iter()} if not boxes else set()
        if names & _PICTURES and not any(node.get("val") == "1" for node in drawing.iter() if _is_decorative(node)):
            self.markup.left_out["picture"] += 1
        for box in boxes:
            self._settle(box)
            for paragraph in box.iter(f"{W}p"):
                paragraph.set(_BOXED, "1")
        if not boxes:
            return ()
        picture = Element(f"{W}pict")
        picture.extend(boxes)
        return (picture,)

    def _settle_runs(self, paragraph: Element) -> None:
        """Take hidden runs out of *paragraph*, and say of the others themselves what their styles say."""
        inherited = self._styles.run(value(paragraph.find(f"{W}pPr"), "pStyle") or "")
        kept: list[Element] = []
        for child in paragraph:
            if child.tag == f"{W}r":
                properties = child.find(f"{W}rPr")
                looks = inherited | self._styles.run(value(properties, "rStyle") or "") | run_looks(properties)
                if looks.get("vanish"):
                    continue
                _say_looks(child, properties, looks)
            kept.append(child)
        paragraph[:] = kept

    def _shape(self, paragraph: Element) -> None:
        """Note what *paragraph* is, and leave only the place of that among its properties."""
        properties = paragraph.find(f"{W}pPr")
        gone = _has_no_end(properties)
        style = self._styles.paragraph(properties)
        shape = self._shape_of(style, boxed=_BOXED in paragraph.attrib, gone=gone)
        settled = Element(f"{W}pPr")
        ET.SubElement(settled, f"{W}pStyle", {f"{W}val": str(len(self.markup.shapes))})
        if gone:
            ET.SubElement(ET.SubElement(settled, f"{W}rPr"), f"{W}del")
        if properties is not None:
            paragraph.remove(properties)
        if len(paragraph) or gone:  # an empty one has been counted, and that is all it is for
            paragraph.insert(0, settled)
            self.markup.shapes.append(shape)

    def _shape_of(self, style: ParagraphStyle, boxed: bool, gone: bool) -> Shape:
        heading = None if boxed else style.heading  # one in a box has nothing below it but the box
        shape = Shape(heading, style.is_title, style.is_contents, indent=style.indent or 0)
        if not style.numbered or gone:
            return shape
        return replace(
            shape,
            numeral=self._numbering.next(style.numbered),
            list_id=style.numbered.number_id,
            level=style.numbered.level,
            indent=self._numbering.indent(style.numbered) if style.indent is None else style.indent,
        )


def _say_looks(run: Element, properties: Element | None, looks: Mapping[str, str]) -> None:
    """Leave of the *properties* of *run* only whether it is raised or lowered, and bold."""
    if properties is not None:
        run.remove(properties)
    settled = Element(f"{W}rPr")
    for name in ("b", "vertAlign"):
        if looks.get(name):
            ET.SubElement(settled, f"{W}{name}", {f"{W}val": looks[name]})
    if len(settled):
        run.insert(0, settled)


def _has_no_end(properties: Element | None) -> bool:
    """Whether a paragraph's end was deleted or moved away, so that the next one goes on with it."""
    return properties is not None and any(
        properties.find(f"{W}rPr/{W}{name}") is not None for name in ("del", "moveFrom")
    )


def _end_before_others(siblings: Sequence[Element]) -> None:
    """Let paragraphs whose end was deleted have one where no paragraph follows: nothing there can go on with them."""
    for place, element in enumerate(siblings):
        last = place + 1 == len(siblings) or siblings[place + 1].tag != f"{W}p"
        marks = element.find(f"{W}pPr/{W}rPr") if last and element.tag == f"{W}p" else None
        if marks is not None:
            marks.clear()


def _as_read(element: Element) -> Element:
    if simpler := _SIMPLER.get(element.tag):
        settled = Element(f"{W}{simpler[0]}")
        settled.text = simpler[1]
        return settled
    if element.tag in _REFERENCES:
        element.set(f"{W}id", element.get(f"{W}id", ""))
    return element


def _is_of_no_text(element: Element) -> bool:
    """Whether *element* is a table of contents, a page number or a prompt to fill something in."""
    if element.tag == f"{W}fldSimple":
        return _is_of_the_page(element.get(f"{W}instr", ""))
    if element.tag != f"{W}sdt":
        return False
    gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    contents = gallery is not None and gallery.get(f"{W}val", "").casefold().endswith("table of contents")
    return contents or is_on(element.find(f"{W}sdtPr/{W}showingPlcHdr"))


def _is_of_the_page(code: str) -> bool:
    words = code.split(maxsplit=1)
    return bool(words) and words[0].upper() in _OF_THE_PAGE


def _is_decorative(node: Element) -> bool:
    return local_name(node) == "decorative"


def _find_boxes(drawing: Element) -> Iterator[Element]:
    """The outermost texts in *drawing*, in order."""
    waiting = [drawing]
    while waiting:
        node = waiting.pop()
        if node.tag == f"{W}txbxContent":
            yield node
        elif node.tag != f"{_MC}Fallback":
            waiting.extend(reversed(node))


def _fill_up(row: Element) -> None:
    """Put empty cells where *row* begins further to the right than others, and bound how far cells reach."""
    skipped = number(value(row.find(f"{W}trPr"), "gridBefore"), 0)
    for cell in row.findall(f"{W}tc"):
        for span in cell.iterfind(f"{W}tcPr/{W}gridSpan"):
            span.set(f"{W}val", str(min(max(number(span.get(f"{W}val"), 1), 1), _MOST_COLUMNS)))
    first = next((place for place, child in enumerate(row) if child.tag == f"{W}tc"), len(row))
    for _ in range(min(skipped, _MOST_COLUMNS)):
        row.insert(first, Element(f"{W}tc"))


def _take_own_mark(run: Element) -> str:
    """The mark of its own that a note has, taken out of *run*."""
    texts = run.findall(f"{W}t")
    for text in texts:
        run.remove(text)
    return "".join("".join(text.itertext()) for text in texts).strip()


def _drop_fields_of_the_page(root: Element) -> None:
    """Take out of *root* what Word computes about pages: tables of contents, page numbers."""
    nodes = [node for run in root.iter(f"{W}r") for node in run]
    ends = _ends_of_fields(nodes)
    if not ends:
        return
    dropped, last = set[Element](), -1
    for place, node in enumerate(nodes):
        last = max(last, ends.get(place, -1))
        if place <= last:
            dropped.add(node)
    for run in root.iter(f"{W}r"):
        run[:] = [node for node in run if node not in dropped]


def _ends_of_fields(nodes: Sequence[Element]) -> dict[int, int]:
    """For the place in *nodes* where a field of the page begins, the place where it ends."""
    ends: dict[int, int] = {}
    opened: list[tuple[int, list[str]]] = []
    for place, node in enumerate(nodes):
        kind = node.get(f"{W}fldCharType") if node.tag == f"{W}fldChar" else None
        if kind == "begin":
            opened.append((place, []))
        elif kind == "end" and opened:
            start, code = opened.pop()
            if _is_of_the_page("".join(code)):
                ends[start] = place
        elif node.tag == f"{W}instrText" and opened:
            opened[-1][1].append(node.text or "")
    return ends
