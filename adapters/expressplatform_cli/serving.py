"""`serve`: the platform behind HTTP, with the work that steps leave done beside it.

Laws of this module: the server opens its own connections to the same files or database; a store of another schema is
refused before anybody is answered. Log lines go to standard error and hold nothing personal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
import click

from expressplatform_cli.config import Place, open_async_platform, open_platform
from expressplatform_cli.exits import ExtraMissing
from expressplatform_cli.options import answers, place_options
from expressplatform_cli.output import say_json
from expressplatform_cli.stopping import stopping

if TYPE_CHECKING:
    from expressplatform.platform import Delivery, Platform
    from expressplatform_http.server import Settings, WebhookGateways, Worker

GRACE: Final = 15.0
"""Seconds that everything has to end, once somebody has said stop: requests, which have theirs in `running`, the work
beside, and closing what they stood on."""
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_BROUGHT = ("starlette", "uvicorn", "anyio")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8443, show_default=True, help="The port to listen on.")
@click.option("--name", "names", metavar="HOST[:PORT]", multiple=True, help="Under which name callers ask; repeatable.")
@click.option("--certificate", type=_FILE, help="The certificate chain, for TLS without a proxy.")
@click.option("--private-key", type=_FILE, help="The private key of that certificate.")
@click.option("--behind-proxy", is_flag=True, help="Believe what a proxy on this machine says of callers' addresses.")
@click.option("--no-worker", is_flag=True, help="Do no work beside: 'expressplatform work' runs elsewhere.")
@click.option("--per-minute", type=click.IntRange(1), default=600, show_default=True, help="Requests of one caller.")
@click.option(
    "--patience",
    type=click.IntRange(1, 3600),
    default=60,
    show_default=True,
    help="Seconds in which a caller must take some of its answer, or is hung up on.",
)
@answers
@place_options
def serve(
    place: Place,
    host: str,
    port: int,
    names: tuple[str, ...],
    certificate: Path | None,
    private_key: Path | None,
    behind_proxy: bool,
    no_worker: bool,
    per_minute: int,
    patience: int,
    as_json: bool,
) -> None:
    """Serve councils, traders and complainants over HTTP until it is stopped (Ctrl-C, or SIGTERM).

    It ends what is under way first, for at most 15 seconds. A second signal ends it at once.

    Without --certificate it speaks plain HTTP: then a proxy on the same machine must speak TLS. 'organisations invite'
    lets organisations in. Webhooks, reminders and lapses happen beside, unless --no-worker says that another process
    does the work.
    """
    if (certificate is None) is not (private_key is None):
        raise click.UsageError("--certificate and --private-key go together: give both.")
    try:
        from expressplatform_http.server import Settings, WebhookGateways, Worker
        from expressplatform_http.server.running import log_to
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _BROUGHT:
            raise ExtraMissing("server") from None
        raise
    settings = Settings(
        hosts=tuple(name.lower() for name in names),
        scheme="http" if certificate is None and not behind_proxy else "https",
        per_minute=per_minute,
        burst=max(20, per_minute // 3),
    )
    gateways = WebhookGateways()
    opened = open_platform(place, gateways=gateways, documents=True, writes=True)
    worker = Worker(opened)
    with stopping(GRACE, lambda _: _cut_off(worker)) as stop, closing(opened) as platform, ExitStack() as stack:
        gateways.bind(platform)
        if not no_worker:
            worker.start()
            stack.callback(worker.stop)
        log_to()
        scheme, tls = ("http", {}) if certificate is None else ("https", {"ssl_certfile": str(certificate)})
        if private_key is not None:
            tls["ssl_keyfile"] = str(private_key)
        told = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        if as_json:
            say_json({"address": told, "scheme": platform.scheme.id, "worker": not no_worker})
        else:
            click.echo(f"Serving the scheme {platform.scheme.id} at {told} (Ctrl-C stops).")

        listening = _Listening(host, port, behind_proxy, patience, tls, stop.is_set, lambda: worker.stop(0))
        asyncio.run(_run(place, platform, settings, gateways, listening))


def _cut_off(worker: Worker) -> None:
    from expressplatform.platform import utc_now
    from expressplatform_http.server.logs import log

    log(utc_now(), route="worker" if worker.under_way else "server", code="cut_off")


@attrs.frozen
class _Listening:
    """Where the server listens, and how; ``stopped`` says whether it is to end, ``stopping`` is told when it does."""

    host: str
    port: int
    proxied: bool
    patience: int
    tls: dict[str, str]
    stopped: Callable[[], bool]
    stopping: Callable[[], None]


async def _run(
    place: Place, platform: Platform, settings: Settings, gateways: WebhookGateways, listening: _Listening
) -> None:
    """Serves over a platform that was made in this event loop."""
    from expressplatform_http.server import create_app
    from expressplatform_http.server.running import serve as served
    from expressplatform_http.server.running import server_of

    async def replay(delivery: Delivery) -> Delivery:
        return await asyncio.to_thread(gateways.send_again, delivery)

    async def send_code(link: str) -> None:
        await asyncio.to_thread(platform.send_code, link)

    aio = open_async_platform(place, platform.scheme, platform.earlier)
    try:
        await aio.open()  # now and not with its first step: others may have taken the store to a later edition by then
    except BaseException:
        await aio.close()
        raise
    app = create_app(aio, settings=settings, replay=replay, send_code=send_code)
    server = server_of(
        app, host=listening.host, port=listening.port, proxied=listening.proxied, take_seconds=listening.patience,
        most=None, stopped=listening.stopped, stopping=listening.stopping, **listening.tls,
    )  # fmt: skip
    await served(server, aio.close)
