"""Sphinx: how the documentation is built."""

import re

from sphinx import addnodes
from sphinx.application import Sphinx

import expressplatform

project = "expressplatform"
author = "the expressplatform contributors"
project_copyright = "the expressplatform contributors"
release = expressplatform.__version__
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.doctest"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True

# `Erased` is shown by two modules; either will do.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"expressplatform {release}"
html_show_sphinx = False
html_copy_source = False


def _from_plain(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Docstrings are written as one reads them; here a list needs an empty line before it, and code a mark."""
    out: list[str] = []
    for line in lines:
        above = out[-1] if out else ""
        if re.match(r"\s*(- |\d\. )", line) and above.strip() and not re.match(r"\s*(- |\d\. |  )", above):
            out.append("")
        if line.startswith("    ") and not above and not (out[-2:-1] or [""])[0].startswith((" ", "- ", "::")):
            out += ["::", ""]
        out.append(line)
    lines[:] = out


def _short_values(app: Sphinx, domain: str, objtype: str, content: addnodes.desc_content) -> None:
    """A table that is a page long as a value says nothing: its docstring and its source do."""
    for annotation in list(content.parent.findall(addnodes.desc_annotation)):
        text = annotation.astext().strip()
        if text.startswith("=") and len(text) > 160 and annotation.parent is not None:
            annotation.parent.remove(annotation)


def setup(app: Sphinx) -> None:
    """What is done to docstrings and values before they are shown."""
    app.connect("autodoc-process-docstring", _from_plain)
    app.connect("object-description-transform", _short_values)
