"""Two notes as programs write them into pages; each shape says the same."""
# ruff: noqa: E501 - markup as it is written

ONE, TWO = "Renewal takes a new form.", "See the handbook, page 4."

SHAPES = {
    "wordpress": f"""<p>Permits last five years.<sup class="modern" id="fnref-1"><a href="#fn-1">1</a></sup>
        Fees are $40.<sup id="fnref-2"><a href="#fn-2">2</a></sup> More.</p>
        <h2>Notes</h2><ol><li id="fn-1">{ONE} <a href="#fnref-1">&#8617;</a></li>
        <li id="fn-2">{TWO} <a href="#fnref-2">&#8617;</a></li></ol>""",
    "wordpress block": f"""<p>Permits last five years.<sup data-fn="6b1f-11" class="fn"><a id="6b1f-11-link" href="#6b1f-11">1</a>
        </sup> Fees are $40.<sup data-fn="77aa-22" class="fn"><a id="77aa-22-link" href="#77aa-22">2</a></sup> More.</p>
        <ol class="wp-block-footnotes"><li id="6b1f-11">{ONE} <a href="#6b1f-11-link" aria-label="Jump to footnote reference 1">
        ↩︎</a></li><li id="77aa-22">{TWO} <a href="#77aa-22-link" aria-label="Jump to footnote reference 2">↩︎</a></li></ol>""",
    "mediawiki": f"""<p>Permits last five years.<sup id="cite_ref-a_1-0" class="reference"><a href="#cite_note-a-1">
        <span class="cite-bracket">&#91;</span>1<span class="cite-bracket">&#93;</span></a></sup> Fees are $40.<sup
        id="cite_ref-2" class="reference"><a href="#cite_note-2">[2]</a></sup> More.</p>
        <div class="reflist"><ol class="references"><li id="cite_note-a-1"><span class="mw-cite-backlink"><b>
        <a href="#cite_ref-a_1-0" aria-label="Jump up">^</a></b></span> <span class="reference-text">{ONE}</span></li>
        <li id="cite_note-2"><span class="mw-cite-backlink">^ <a href="#cite_ref-2"><sup><i><b>a</b></i></sup></a></span>
        <span class="reference-text">{TWO}</span></li></ol></div>""",
    "pandoc": f"""<p>Permits last five years.<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>
        Fees are $40.<a href="#fn2" class="footnote-ref" id="fnref2" role="doc-noteref"><sup>2</sup></a> More.</p>
        <section id="footnotes" class="footnotes footnotes-end-of-document" role="doc-endnotes"><hr /><ol>
        <li id="fn1"><p>{ONE}<a href="#fnref1" class="footnote-back" role="doc-backlink">↩︎</a></p></li>
        <li id="fn2"><p>{TWO}<a href="#fnref2" class="footnote-back" role="doc-backlink">↩︎</a></p></li></ol></section>""",
    "kramdown": f"""<p>Permits last five years.<sup id="fnref:1" role="doc-noteref"><a href="#fn:1" class="footnote"
        rel="footnote">1</a></sup> Fees are $40.<sup id="fnref:x"><a href="#fn:x" class="footnote" rel="footnote">2</a></sup>
        More.</p><div class="footnotes" role="doc-endnotes"><ol><li id="fn:1"><p>{ONE} <a href="#fnref:1"
        class="reversefootnote" role="doc-backlink">&#8617;</a></p></li><li id="fn:x"><p>{TWO} <a href="#fnref:x"
        class="reversefootnote">&#8617;</a></p></li></ol></div>""",
    "github": f"""<p>Permits last five years.<sup><a href="#user-content-fn-1-9f" id="user-content-fnref-1-9f"
        data-footnote-ref="" aria-describedby="footnote-label">1</a></sup> Fees are $40.<sup><a href="#user-content-fn-2-9f"
        id="user-content-fnref-2-9f" data-footnote-ref="" aria-describedby="footnote-label">2</a></sup> More.</p>
        <section data-footnotes="" class="footnotes"><h2 id="footnote-label" class="sr-only">Footnotes</h2><ol>
        <li id="user-content-fn-1-9f"><p>{ONE} <a href="#user-content-fnref-1-9f" data-footnote-backref=""
        aria-label="Back to reference 1" class="data-footnote-backref"><g-emoji>↩</g-emoji></a></p></li>
        <li id="user-content-fn-2-9f"><p>{TWO} <a href="#user-content-fnref-2-9f" data-footnote-backref="">↩</a></p></li>
        </ol></section>""",
    "substack": f"""<p>Permits last five years.<a data-component-name="FootnoteAnchorToDOM" id="footnote-anchor-1-88"
        href="https://x.example/p/permits#footnote-1-88" class="footnote-anchor">1</a> Fees are $40.<a
        id="footnote-anchor-2-88" href="#footnote-2-88" class="footnote-anchor">2</a> More.</p>
        <div data-component-name="FootnoteToDOM" class="footnote"><a id="footnote-1-88" href="#footnote-anchor-1-88"
        class="footnote-number">1</a><div class="footnote-content"><p>{ONE}</p></div></div>
        <div class="footnote"><a id="footnote-2-88" href="#footnote-anchor-2-88" class="footnote-number">2</a>
        <div class="footnote-content"><p>{TWO}</p></div></div>""",
    "word": f"""<p class=MsoNormal>Permits last five years.<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"
        title=""><span class=MsoFootnoteReference><span style='mso-special-character:footnote'><![if !supportFootnotes]>[1]
        <![endif]></span></span></a> Fees are $40.<a href="#_ftn2" name="_ftnref2"><span>[2]</span></a> More.</p>
        <div style='mso-element:footnote-list'><![if !supportFootnotes]><br clear=all><hr align=left width="33%">
        <![endif]><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1">
        <span class=MsoFootnoteReference>[1]</span></a> {ONE}</p></div><div style='mso-element:footnote' id=ftn2>
        <p class=MsoFootnoteText><a href="#_ftnref2" name="_ftn2"><span>[2]</span></a><span> {TWO}</span></p></div></div>""",
    "libreoffice": f"""<p>Permits last five years.<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup>
        </a> Fees are $40.<a class="sdfootnoteanc" name="sdfootnote2anc" href="#sdfootnote2sym"><sup>2</sup></a> More.</p>
        <div id="sdfootnote1"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1
        </a>{ONE}</p></div><div id="sdfootnote2"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote2sym"
        href="#sdfootnote2anc">2</a>{TWO}</p></div>""",
    "phrases described by a heading": f"""<p>Permits last <a href="#n-form" id="r-form" aria-describedby="footnote-label">five
        years.</a> <a href="#n-fee" id="r-fee" aria-describedby="footnote-label">Fees are $40.</a> More.</p>
        <footer><h2 id="footnote-label">Footnotes</h2><ol><li id="n-form">{ONE} <a href="#r-form" aria-label="Back to content">
        ↩</a></li><li id="n-fee">{TWO} <a href="#r-fee" aria-label="Back to content">↩</a></li></ol></footer>""",
    "described directly": f"""<p>Permits last five years.<sup aria-describedby="n1">1</sup> Fees are $40.<sup
        aria-describedby="n2">2</sup> More.</p><div class="notes"><p id="n1">1. {ONE}</p><p id="n2">2. {TWO}</p></div>""",
    "modern footnotes": f"""<p>Permits last five years.<sup class="modern-footnotes-footnote" data-mfn="1"><a
        href="javascript:void(0)" role="button" aria-describedby="mfn-content-1">1</a></sup><span id="mfn-content-1"
        role="tooltip" class="modern-footnotes-footnote__note">{ONE}</span> Fees are $40.<sup
        class="modern-footnotes-footnote"><a href="javascript:void(0)" aria-describedby="mfn-content-2">2</a></sup><span
        id="mfn-content-2" role="tooltip" class="modern-footnotes-footnote__note">{TWO}</span> More.</p>""",
    "titles": f"""<p>Permits last five years.<sup title="{ONE}">1</sup> Fees are $40.<sup><a href="#" title="{TWO}">2</a></sup>
        More.</p>""",
    "data attributes": f"""<p>Permits last five years.<sup data-footnote="&lt;i&gt;Renewal&lt;/i&gt; takes a new form.">1</sup>
        <span data-footnote="{TWO}">Fees are $40.</span> More.</p>""",
    "hidden spans": f"""<p>Permits last five years.<sup>1</sup><span class="tooltiptext">{ONE}</span> Fees are $40.<sup>2<span
        hidden>{TWO}</span></sup> More.</p>""",
    "sidenotes": f"""<p>Permits last five years.<label for="sn-1" class="margin-toggle sidenote-number"></label><input
        type="checkbox" id="sn-1" class="margin-toggle"><span class="sidenote">{ONE}</span> Fees are $40.<label for="sn-2"
        class="margin-toggle sidenote-number"></label><input type="checkbox" id="sn-2"><span class="sidenote">{TWO}</span>
        More.</p>""",
    "dpub": f"""<p>Permits last five years.<a role="doc-noteref" href="#a">1</a> Fees are $40.<a role="doc-noteref" href="#b">2</a>
        More.</p><aside id="a" role="doc-footnote"><p>{ONE}</p></aside><aside id="b" role="doc-footnote"><p>{TWO}</p></aside>""",
    "epub": f"""<p>Permits last five years.<a epub:type="noteref" href="#a">*</a> Fees are $40.<a epub:type="noteref"
        href="#b">†</a> More.</p><aside epub:type="footnote" id="a"><p>* {ONE}</p></aside><aside epub:type="footnote"
        id="b"><p>† {TWO}</p></aside>""",
    "no links": f"""<p>Permits last five years.<sup>1</sup> Fees are $40.<sup>2</sup> More.</p>
        <h2>Notes</h2><ol><li>{ONE}</li><li>{TWO}</li></ol>""",
    "brackets without links": f"""<p>Permits last five years.[1] Fees are $40 [2]. More.</p>
        <h3>References</h3><p>[1] {ONE}</p><p>[2] {TWO}</p>""".replace("$40 [2].", "$40.[2]"),
    "raised paragraphs": f"""<p>Permits last five years.<sup>a</sup> Fees are $40.<sup>b</sup> More.</p>
        <p><sup>a</sup> {ONE}</p><p><sup>b</sup> {TWO}</p>""",
    "names in one paragraph": f"""<p>Permits last five years.<a name="r1"></a><a href="#n1"><sup>1</sup></a> Fees are $40.
        <a name="r2"></a><a href="#n2"><sup>2</sup></a> More.</p><p><a name="n1"></a>1. {ONE} <a href="#r1">back</a><br>
        <a name="n2"></a>2. {TWO} <a href="#r2">back</a></p>""",
    "a definition list": f"""<p>Permits last five years.<a href="#d1" class="footnote-reference">[1]</a> Fees are $40.
        <a href="#d2" class="footnote-reference">[2]</a> More.</p><dl class="footnote"><dt id="d1">[1]</dt><dd>{ONE}</dd>
        <dt id="d2">[2]</dt><dd>{TWO}</dd></dl>""",
    "a table": f"""<p>Permits last five years.<sup><a href="#t1" id="u1">1</a></sup> Fees are $40.<sup><a href="#t2" id="u2">2</a>
        </sup> More.</p><table class="footnotes"><tr><td id="t1"><a href="#u1">1</a></td><td>{ONE}</td></tr>
        <tr><td id="t2"><a href="#u2">2</a></td><td>{TWO}</td></tr></table>""",
    "sphinx": f"""<p>Permits last five years.<a class="footnote-reference brackets" href="#f1" id="id1" role="doc-noteref"><span
        class="fn-bracket">[</span>1<span class="fn-bracket">]</span></a> Fees are $40.<a class="footnote-reference" href="#f2"
        id="id2" role="doc-noteref">[2]</a> More.</p><aside class="footnote-list brackets"><aside class="footnote brackets"
        id="f1" role="doc-footnote"><span class="label"><span class="fn-bracket">[</span><a role="doc-backlink" href="#id1">1
        </a><span class="fn-bracket">]</span></span><p>{ONE}</p></aside><aside class="footnote" id="f2" role="doc-footnote">
        <span class="label">[<a role="doc-backlink" href="#id2">2</a>]</span><p>{TWO}</p></aside></aside>""",
    "return links in words": f"""<p>Permits last five years. [<a href="#e1" id="b1">1</a>] Fees are $40. (<a href="#e2" id="b2">2</a>)
        More.</p><p id="e1">[1] {ONE} [<a href="#b1">Return to text</a>]</p><p id="e2">[2] {TWO} (<a href="#b2">Back to
        article</a>)</p>""",
}
