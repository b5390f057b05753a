"""IB's own Python API, unchanged, with a log of what it reports and a way to wait for it."""

import logging
import socket
import threading
import time

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.order import Order
from ibapi.order_cancel import OrderCancel
from ibapi.wrapper import EWrapper

# Longest wait for something that a gateway on this machine answers at once.
LIMIT_S = 20


class App(EWrapper, EClient):
    """Keeps every callback as (name, arguments)."""

    def __init__(self):
        EClient.__init__(self, wrapper=self)
        self.log = []
        self.changed = threading.Condition()

    def __getattribute__(self, name):
        own = object.__getattribute__(self, name)
        if name in CALLBACKS:
            return lambda *args: object.__getattribute__(self, "note")(name, args)
        return own

    def end(self):
        """Disconnects. The library's reader would notice after a second only, and hold the socket until then."""
        reader = self.reader
        self.conn.socket.shutdown(socket.SHUT_RDWR)
        self.disconnect()
        reader.join(LIMIT_S)

    def note(self, name, args):
        with self.changed:
            self.log.append((name, args))
            self.changed.notify_all()

    def begin(self, port, client_id):
        """Connects and returns the next valid order id."""
        self.connect("127.0.0.1", port, client_id)
        threading.Thread(target=self.run, daemon=True).start()
        order_id = self.wait("nextValidId")[0]
        self.wait("error", lambda args: args[2] == 2158)
        return order_id

    def wait(self, name, accept=lambda args: True, start=0):
        """The arguments of the first such callback, now or soon."""
        deadline = time.monotonic() + LIMIT_S
        with self.changed:
            while True:
                for seen, args in self.log[start:]:
                    if seen == name and accept(args):
                        return args
                if not self.changed.wait(max(0, deadline - time.monotonic())):
                    raise TimeoutError(f"no {name} within {LIMIT_S} s; seen: {[seen for seen, _ in self.log]}")

    def of(self, name, start=0):
        return [args for seen, args in self.log[start:] if seen == name]

    def until(self, name, request, accept=lambda args: True):
        """Sends a request and returns what came until the named callback."""
        start = len(self.log)
        request()
        self.wait(name, accept, start)
        return start


CALLBACKS = {name for name in dir(EWrapper) if not name.startswith("_") and name not in ("logAnswer", "winError")}


def contract(con_id):
    made = Contract()
    made.conId = con_id
    made.exchange = "FORECASTX"
    return made


def order(quantity, limit, tif, reference):
    made = Order()
    made.action = "BUY"
    made.orderType = "LMT"
    made.totalQuantity = quantity
    made.lmtPrice = limit
    made.tif = tif
    made.orderRef = reference
    made.transmit = True
    return made


def cancel(app, order_id):
    app.cancelOrder(order_id, OrderCancel())


def errors_of_the_library():
    """What the library itself complains of, as a list that grows."""
    complaints = []

    class Keep(logging.Handler):
        def emit(self, record):
            complaints.append(record.getMessage())

    logging.getLogger("ibapi").addHandler(Keep(level=logging.WARNING))
    return complaints
