"""NautilusTrader's order book through its Python API, its messages decoded by msgspec, which it brings along.

nautilus_book.py FRAMES: one frame a line. On each line of its input it runs once over all frames and prints {"seconds", "tops", "hash"}.
"""
import time

import msgspec
from msgspec_book import Frame, main
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import BookOrder, OrderBookDelta
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity


class Market:
    """The venue tells changes of a size, the book wants the size."""

    def __init__(self, name):
        self.instrument = InstrumentId.from_str(f"{name}.KALSHI")
        self.book = OrderBook(self.instrument, BookType.L2_MBP)
        self.sizes = {}

    def put(self, side, price, hundredths):
        order = BookOrder(side, Price(price / 10_000, 4), Quantity(hundredths / 100, 2), price)
        action = BookAction.UPDATE if hundredths else BookAction.DELETE
        self.book.apply_delta(OrderBookDelta(self.instrument, action, order, 0, 0, 0, 0))

    def snapshot(self, msg):
        self.book.clear(0, 0)
        self.sizes = {}
        for price, size in msg.yes_dollars_fp:
            self.change(OrderSide.BUY, int(price.replace(".", "")), int(size.replace(".", "")))
        for price, size in msg.no_dollars_fp:
            self.change(OrderSide.SELL, 10_000 - int(price.replace(".", "")), int(size.replace(".", "")))

    def change(self, side, price, by):
        size = self.sizes.get((side, price), 0) + by
        self.sizes[(side, price)] = size
        self.put(side, price, size)

    def delta(self, msg):
        price = int(msg.price_dollars.replace(".", ""))
        by = int(msg.delta_fp.replace(".", ""))
        if msg.side == "yes":
            self.change(OrderSide.BUY, price, by)
        else:
            self.change(OrderSide.SELL, 10_000 - price, by)

    def top(self):
        bid = self.book.best_bid_price()
        ask = self.book.best_ask_price()
        return (round(bid.as_double() * 10_000) if bid else 0) + (round(ask.as_double() * 10_000) if ask else 0)


def run(frames):
    decode = msgspec.json.Decoder(Frame).decode
    markets = {}
    market = Market("NONE")
    tops = 0
    started = time.process_time()
    for frame in frames:
        message = decode(frame)
        kind = message.type
        if kind == "orderbook_delta":
            msg = message.msg
            market = markets[msg.market_ticker]
            market.delta(msg)
        elif kind == "orderbook_snapshot":
            msg = message.msg
            name = msg.market_ticker
            market = markets.get(name)
            if market is None:
                market = markets[name] = Market(name)
            market.snapshot(msg)
        tops += market.top()
    return time.process_time() - started, tops, markets


def levels_of(markets):
    for name, market in markets.items():
        for side, levels in (("bid", market.book.bids()), ("ask", market.book.asks())):
            for level in levels:
                yield f"{name} {side} {round(level.price.as_double() * 10_000)} {round(level.size() * 100)}"


main(run, levels_of)
