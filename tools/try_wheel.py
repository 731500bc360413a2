"""Try an installed wheel from outside: `python tools/try_wheel.py ENVIRONMENT`.

ENVIRONMENT is a virtual environment into which the wheel and the pinned runtime requirements were installed,
and nothing else. Everything runs in an empty directory with Python's isolated mode, so that no file of this
tree is found.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Runs inside the environment: what is installed, and does each package import with the runtime pins alone?
PROBE = """
import importlib, importlib.metadata, importlib.resources, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    if not package.__file__.startswith(sys.prefix):
        raise SystemExit(f"{name} was not imported from the environment")
import expressplatform
if expressplatform.__version__ != importlib.metadata.version("expressplatform"):
    raise SystemExit("the package and its metadata differ in version")
if not importlib.resources.files(expressplatform).joinpath("py.typed").is_file():
    raise SystemExit("py.typed is missing")
for name in ("httpx", "starlette", "psycopg"):
    if name in sys.modules:
        raise SystemExit(f"{name} was imported")
"""

USE = """
import expressplatform
version: str = expressplatform.__version__
"""

# Runs inside the environment: is every file that is no module beside its package?
FILES = """
import importlib.util, pathlib, sys
for name in sys.argv[1:]:
    package, _, rest = name.partition("/")
    if not (pathlib.Path(importlib.util.find_spec(package).origin).parent / rest).is_file():
        raise SystemExit(f"{name} is missing")
"""

# Packages whose extra is not among the runtime pins are looked up, not imported.
EMBEDDED = (
    "expressplatform",
    "expressplatform_agent",
    "expressplatform_cli",
    "expressplatform_files",
    "expressplatform_jd",
    "expressplatform_sqlite",
    "expressplatform_taobao",
)


def run(place: Path, *command: str | Path) -> None:
    """Run one command in `place`; its output is shown, and this program ends, when it fails."""
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = " ".join(str(part) for part in command[1:3])
        raise SystemExit(f"try_wheel: {words} failed\n{done.stdout}{done.stderr}")


def packages() -> list[str]:
    """Every import package that this tree puts into the wheel."""
    found = [*ROOT.glob("src/*/__init__.py"), *ROOT.glob("adapters/*/__init__.py")]
    return sorted(path.parent.name for path in found)


def try_imports(place: Path, python: Path) -> None:
    """The embedded packages import; the others are at least there."""
    names = packages()
    run(place, python, "-I", "-W", "error", "-c", PROBE, *(name for name in names if name in EMBEDDED))
    for name in names:
        found = f"import importlib.util as u, sys; sys.exit(u.find_spec({name!r}) is None)"
        run(place, python, "-I", "-c", found)


def try_files(place: Path, python: Path) -> None:
    """What a package reads at run time is in the wheel: the migrations."""
    found = sorted(ROOT.glob("adapters/*/migrations/*.sql"))
    run(place, python, "-I", "-c", FILES, *(path.relative_to(ROOT / "adapters").as_posix() for path in found))


def try_types(place: Path, python: Path) -> None:
    """A type checker that sees only the installed package accepts code that uses it."""
    (place / "use.py").write_text(USE, encoding="utf-8")
    # Not the clients of either HTTP library: only one of the two is installed here, and `make types` has both.
    uses = [place / "use.py", ROOT / "tests/typing/api.py"]
    check = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-executable", python)
    for use in uses:
        run(place, *check, use)


def try_command(place: Path, binaries: Path) -> None:
    """The command starts, as soon as there are commands."""
    if importlib.util.find_spec("expressplatform_cli.commands") is not None:
        run(place, binaries / "expressplatform", "--help")


def main() -> None:
    """Try the wheel in the environment that the command line names."""
    parser = argparse.ArgumentParser(description="Try an installed wheel from outside.")
    parser.add_argument("environment", type=Path)
    binaries = parser.parse_args().environment.resolve() / "bin"
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        try_imports(place, binaries / "python")
        try_files(place, binaries / "python")
        try_types(place, binaries / "python")
        try_command(place, binaries)
    print("wheel: imports, types and the command are in order")


if __name__ == "__main__":
    main()
