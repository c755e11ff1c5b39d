"""``python -m examples.site``: serve the example site until it is interrupted, or print the truth about it."""

from __future__ import annotations

import argparse
import json
import threading

from examples.site.adverts import truth
from examples.site.server import DEFAULT_PORT, serve


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m examples.site", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="first of two ports; 0 takes free ones (default %(default)s)"
    )
    parser.add_argument("--state", type=int, choices=(1, 2), default=1, help="which state to show (default %(default)s)")
    parser.add_argument("--truth", action="store_true", help="print what each advert really is, as JSON lines, and end")
    args = parser.parse_args()
    if args.truth:
        for row in truth(args.state):
            print(json.dumps(row, ensure_ascii=False))
        return
    with serve(args.state, args.port) as site:
        for platform, address in site.base_urls.items():
            print(f"{platform}: {address}/", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
