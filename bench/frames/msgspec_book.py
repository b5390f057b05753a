"""The fastest Python: msgspec decodes into structs, a book is a list of sizes by cent-hundredths and its best prices.

msgspec_book.py FRAMES: one frame a line. On each line of its input it runs once over all frames and prints {"seconds", "tops", "hash"}.
"""
import hashlib
import json
import sys
import time

import msgspec


class Body(msgspec.Struct):
    market_ticker: str = ""
    side: str = ""
    price_dollars: str = ""
    delta_fp: str = ""
    yes_dollars_fp: list[tuple[str, str]] = []
    no_dollars_fp: list[tuple[str, str]] = []


class Frame(msgspec.Struct):
    type: str
    msg: Body


class Book:
    __slots__ = ("bids", "asks", "bid", "ask")

    def __init__(self):
        self.bids = [0] * 10_001
        self.asks = [0] * 10_001
        self.bid = 0
        self.ask = 10_001

    def snapshot(self, msg):
        self.__init__()
        for price, size in msg.yes_dollars_fp:
            self.bids[int(price.replace(".", ""))] = int(size.replace(".", ""))
        for price, size in msg.no_dollars_fp:
            self.asks[10_000 - int(price.replace(".", ""))] = int(size.replace(".", ""))
        self.bid = next((price for price in range(10_000, 0, -1) if self.bids[price]), 0)
        self.ask = next((price for price in range(1, 10_001) if self.asks[price]), 10_001)

    def delta(self, msg):
        price = int(msg.price_dollars.replace(".", ""))
        change = int(msg.delta_fp.replace(".", ""))
        if msg.side == "yes":
            bids = self.bids
            bids[price] += change
            if bids[price]:
                if price > self.bid:
                    self.bid = price
            elif price == self.bid:
                while price and not bids[price]:
                    price -= 1
                self.bid = price
        else:
            price = 10_000 - price
            asks = self.asks
            asks[price] += change
            if asks[price]:
                if price < self.ask:
                    self.ask = price
            elif price == self.ask:
                while price < 10_001 and not asks[price]:
                    price += 1
                self.ask = price

    def top(self):
        return self.bid + (self.ask if self.ask <= 10_000 else 0)


def run(frames):
    decode = msgspec.json.Decoder(Frame).decode
    books = {}
    book = Book()
    tops = 0
    started = time.process_time()
    for frame in frames:
        message = decode(frame)
        kind = message.type
        if kind == "orderbook_delta":
            msg = message.msg
            book = books[msg.market_ticker]
            book.delta(msg)
        elif kind == "orderbook_snapshot":
            msg = message.msg
            book = books.setdefault(msg.market_ticker, Book())
            book.snapshot(msg)
        tops += book.top()
    return time.process_time() - started, tops, books


def levels_of(books):
    for market, book in books.items():
        for name, side in (("bid", book.bids), ("ask", book.asks)):
            for price, size in enumerate(side):
                if size:
                    yield f"{market} {name} {price} {size}"


def main(run, levels_of):
    with open(sys.argv[1], "rb") as file:
        frames = file.read().split(b"\n")
    for _ in sys.stdin:
        seconds, tops, books = run(frames)
        digest = hashlib.sha256("\n".join(sorted(levels_of(books))).encode()).hexdigest()
        print(json.dumps({"seconds": seconds, "tops": tops, "hash": digest}), flush=True)


if __name__ == "__main__":
    main(run, levels_of)
