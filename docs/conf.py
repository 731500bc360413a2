"""Sphinx: how the documentation is built."""

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

html_theme = "furo"
html_title = f"expressplatform {release}"
html_show_sphinx = False
html_copy_source = False
