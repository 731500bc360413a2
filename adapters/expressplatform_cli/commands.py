"""The group of commands. Each is loaded when it is called, so that help stays quick.

Laws of this module: names and order stand here, and nothing else; what a command does is in its module.
"""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import Final

import click

from expressplatform_cli.exits import EXITS, Exit, Message, is_of_the_answer, leave, of_answer, unquoted

_AS_JSON: Final = "expressplatform_cli.as_json"

COMMANDS: Final = MappingProxyType(
    {
        "init": ("starting", "Make a new place: a configuration, keys, an empty store."),
        "schemes": ("starting", "The schemes that a place may belong to, and their editions."),
        "demo": ("demo", "A simulated year of a council, told as it happens, with a report."),
        "replay": ("replay", "Carry a file of open data through the whole lifecycle."),
        "assess": ("taking_in", "Judge a complaint by every criterion of the scheme."),
        "lodge": ("taking_in", "Lodge a complaint; --template prints an example to fill in."),
        "privacy": ("privacy", "The privacy statement, as a page or a document; --notice prints the notice to show."),
        "cases": ("looking", "List where cases stand."),
        "show": ("looking", "Show one case: what happened, what is due, what may be done."),
        "act": ("acting", "Send one command to a case."),
        "evidence": ("evidence", "Documents of a case: add, list, get, share, redact, sweep."),
        "tick": ("working", "Take the steps that time asks for."),
        "work": ("working", "The same, then alerts, destroyed keys, and the places of rows in the ledger."),
        "dead-letters": ("working", "What was tried so often that it was given up; have it tried again."),
        "access-request": ("rights", "What people ask about their own data: open, answer, refuse, list."),
        "impact-assessment": ("rights", "Impact assessments on record, which uploads name: add, list."),
        "serve": ("serving", "Serve councils, traders and complainants over HTTP."),
        "organisations": ("connecting", "Who is connected: invite, list, keys, rotate, revoke."),
        "participants": ("participating", "The traders that take part: list, enrol, change, leave."),
        "sandbox": ("sandboxing", "A council, complainants and a clock on this machine, to try a trader's system on."),
        "agent": ("agenting", "At a trader's desk: init, register, run, status, connect, disconnect, suggestions."),
        "make-keys": ("calling", "Make the keys by which an organisation asks over HTTP."),
        "call": ("calling", "Sign one request, show what was signed, send it."),
        "indicators": ("figures", "Counts and rates over the stored cases."),
        "diagram": ("figures", "Draw the lifecycle from its rows."),
        "erase": ("acting", "Make what is personal in an ended case unreadable for ever."),
        "queue": ("watching", "What waits for an officer beside the deadlines of cases."),
        "bounces": ("bouncing", "Letters that came back: whom they did not reach stands in the queue."),
        "disclosures": ("watching", "Who received which fields of which case, when, why, on what basis."),
        "access-log": ("watching", "Who read what is personal, and why."),
        "breach": ("breaching", "Data lost or seen by others: open, list, describe, report, tell, close."),
        "audit-bundle": ("watching", "What a commissioner takes away, signed."),
        "audit-check": ("watching", "Check such a bundle, without store or keys."),
        "verify": ("ledgering", "Hold every row against the checkpoints that were signed."),
        "checkpoint": ("ledgering", "The newest signed checkpoint, and by what it is judged."),
        "ledger-bundle": ("ledgering", "Rows of a case with their proofs, for somebody who checks them alone."),
        "backup": ("backing_up", "Copy the running store and, apart from it, the keys."),
        "restore": ("putting_back", "Put a backup back, without what was erased since."),
        "reapply": ("putting_back", "Undo again what was undone, after files were put back by other means."),
        "keys": ("keeping_keys", "List, rotate and recover keys; make a recovery key."),
        "migrate": ("migrating", "Bring the tables of a store in PostgreSQL to those of this release."),
        "doctor": ("doctor", "Check store, keys, deadlines and calendars, and say what to do."),
    }
)
"""Every command: the module that holds it, and its line in the help."""


class Commands(click.Group):
    """A group that loads a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in their order."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"expressplatform_cli.{COMMANDS[cmd_name][0]}")
        found = getattr(module, cmd_name.replace("-", "_"))
        return found if isinstance(found, click.Command) else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remembers whether errors are to be documents, before anything can be wrong."""
        ctx.meta[_AS_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; what is wrong with its line is told without what was typed."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            said = unquoted(error.format_message())
            if not ctx.meta[_AS_JSON]:
                raise click.UsageError(said, error.ctx) from None
            leave(Message(Exit.USAGE, "usage", said), as_json=True)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, read from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in EXITS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="expressplatform", message="expressplatform %(version)s")
def group() -> None:
    """The express lane for cross-border online-shopping complaints.

    Every command finds its store, keys and scheme in expressplatform.toml of this directory, in --config FILE,
    or in --store DB --keys KEYS. Names, contacts and other words about a person are read from a file, a prompt or
    standard input, never from the command line.
    """


def main() -> None:
    """Run the command line."""
    try:
        group()
    except OSError as error:  # of help and the like, which are said outside every command
        if not is_of_the_answer(error):
            raise
        leave(of_answer(error), as_json=False)
