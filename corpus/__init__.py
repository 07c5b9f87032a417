"""What the explainers say.

`load.load_corpus` reads files and folders into `documents.Document` values: canonical text with sections,
blocks and notes as spans on it. A loader reads one format (`markdown`, `plain_text`, behind `ports.Loader`) and
hands what it finds to `builder.DocumentBuilder`, the one place where canonical text is made. A web page's text is
read in steps: `lines` (what each line is), `endnotes`, `furniture` (what isn't the explainer), `outline` (how the
headings nest).
"""
