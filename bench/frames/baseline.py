"""The first systems' style: a reader puts frames into an asyncio.Queue, a consumer takes json.loads and Decimal to dictionaries of levels.

baseline.py FRAMES: one frame a line. On each line of its input it runs once over all frames and prints {"seconds", "tops", "hash"}.
"""
import asyncio
import hashlib
import json
import sys
import time
from decimal import Decimal

ONE = Decimal("1")


class OrderBook:
    def __init__(self):
        self.bids = {}
        self.asks = {}

    def snapshot(self, msg):
        self.bids = {Decimal(price): Decimal(size) for price, size in msg.get("yes_dollars_fp") or []}
        self.asks = {ONE - Decimal(price): Decimal(size) for price, size in msg.get("no_dollars_fp") or []}

    def delta(self, msg):
        price = Decimal(msg["price_dollars"])
        side = self.bids
        if msg["side"] == "no":
            side = self.asks
            price = ONE - price
        size = side.get(price, Decimal(0)) + Decimal(msg["delta_fp"])
        if size == 0:
            side.pop(price, None)
        else:
            side[price] = size


async def run(frames):
    queue = asyncio.Queue(maxsize=10_000)
    books = {}
    tops = Decimal(0)

    async def read():
        for frame in frames:
            await queue.put(frame)
        await queue.put(None)

    async def consume():
        nonlocal tops
        book = OrderBook()
        while (frame := await queue.get()) is not None:
            message = json.loads(frame)
            kind = message["type"]
            if kind in ("orderbook_delta", "orderbook_snapshot"):
                msg = message["msg"]
                book = books.setdefault(msg["market_ticker"], OrderBook())
                (book.delta if kind == "orderbook_delta" else book.snapshot)(msg)
            tops += max(book.bids, default=Decimal(0)) + min(book.asks, default=Decimal(0))

    started = time.process_time()
    await asyncio.gather(read(), consume())
    return time.process_time() - started, tops, books


def levels_of(books):
    for market, book in books.items():
        for name, side in (("bid", book.bids), ("ask", book.asks)):
            for price, size in side.items():
                yield f"{market} {name} {int(price * 10_000)} {int(size * 100)}"


def main():
    with open(sys.argv[1], "rb") as file:
        frames = file.read().split(b"\n")
    for _ in sys.stdin:
        seconds, tops, books = asyncio.run(run(frames))
        digest = hashlib.sha256("\n".join(sorted(levels_of(books))).encode()).hexdigest()
        print(json.dumps({"seconds": seconds, "tops": int(tops * 10_000), "hash": digest}), flush=True)


main()
