"""What `corpus.check` looks for in an explainer, a module a subject.

`findings` has the words they share: rules, findings and pages. `page` tells what is where on a page, and `places`
where that stands in the file. Every other module holds rules: functions from a page to what is wrong with it.
"""
