"""`python -m simulator --port N`: the shop as a process. It prints one line when it is ready."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from simulator.catalog import BadCatalog
from simulator.execution import admin_schema
from simulator.persistence import UnreadableShop
from simulator.server import make_http_server
from simulator.simulation import Simulation
from simulator.webhooks.subscriptions import address_errors


def _webhook_address(text: str) -> str:
    """An address that a subscription could have."""
    for error in address_errors(text):
        raise argparse.ArgumentTypeError(error["message"])
    return text


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one")
    parser.add_argument("--webhooks-to", metavar="URL", type=_webhook_address,
                        help="send every topic there, unasked")  # fmt: skip
    parser.add_argument("--secret", default="shopify-simulator-secret",
                        help="client secret; signs the webhooks too")  # fmt: skip
    parser.add_argument("--catalog", type=Path, metavar="FILE.csv",
                        help="sku,shopify_variant_id,title,price,available")  # fmt: skip
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the shop's state there")
    parser.add_argument("--shop", default="jafarshop.myshopify.com")
    return parser.parse_args()


def main() -> int:
    arguments = read_arguments()
    stop = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    admin_schema()  # A quarter of a second that the first request need not wait for.
    try:
        simulation = Simulation(
            shop=arguments.shop, secret=arguments.secret, catalog=arguments.catalog,
            data=arguments.data, webhooks_to=arguments.webhooks_to,
        )  # fmt: skip
        server = make_http_server(simulation, arguments.port)
    except (BadCatalog, UnreadableShop, OSError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 1
    simulation.start()
    serving = threading.Thread(target=server.serve_forever, args=(0.05,), name="http", daemon=True)
    serving.start()
    sys.stdout.write(f"Shopify simulator for {arguments.shop} on http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    stop.wait()
    server.shutdown()
    simulation.stop()
    server.server_close()
    os._exit(0)  # Everything is written; taking a large shop apart object by object would take seconds.


if __name__ == "__main__":
    sys.exit(main())
