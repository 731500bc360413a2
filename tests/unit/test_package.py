"""The package as it is installed."""

from importlib import metadata, resources

import expressplatform


def test_the_version_in_the_package_is_the_version_of_the_distribution() -> None:
    assert expressplatform.__version__ == metadata.version("expressplatform")


def test_type_checkers_may_rely_on_the_annotations() -> None:
    assert resources.files(expressplatform).joinpath("py.typed").is_file()
