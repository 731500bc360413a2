"""The entry point: it starts the commands, or says which extra they need."""

import importlib
import sys

NEEDED = ("click", "rich")


def missing_extra(error: ModuleNotFoundError) -> str | None:
    """The one sentence for a module that the extra `cli` brings; None where the fault lies elsewhere."""
    if error.name is None or error.name.partition(".")[0] not in NEEDED:
        return None
    return "The command line needs the extra 'cli': install expressplatform[cli]."


def main() -> None:
    """Run the command line. Exits with 3 when its extra is not installed."""
    try:
        importlib.import_module("expressplatform_cli.commands").main()
    except ModuleNotFoundError as error:
        sentence = missing_extra(error)
        if sentence is None:
            raise
        sys.stderr.write(sentence + "\n")
        raise SystemExit(3) from None


if __name__ == "__main__":
    main()
