"""Lets IB's own decoder judge every message of the gateway, at every version from FIRST to LAST.

At each version it sends every request that the gateway serves, and an order of each kind. Nothing may be left over of a
message, nothing may be missing, and the gateway may not refuse a request as unreadable (320).
Usage: official_layouts.py PORT CONTROL_URL FIRST LAST YES_CON_ID; prints one JSON object by version.
"""

import collections
import json
import sys
import urllib.request

import ibapi.client
from ibapi.decoder import Decoder
from ibapi.execution import ExecutionFilter
from ibapi.order_cancel import OrderCancel

from official import App, cancel, contract, errors_of_the_library, order

NO_DEPTH = 10092


class Judge(App):
    """Counts the messages, and what was left of each when the decoder had finished."""

    def __init__(self):
        super().__init__()
        self.counts = collections.Counter()
        self.leftovers = []

    def judge(self, decoder):
        handlers = dict(decoder.msgId2handleInfo)

        def interpret(fields, message):
            if message == 0:
                return  # the library calls it once before anything has come
            info = handlers.get(message)
            self.counts[message] += 1
            if info is None:
                self.leftovers.append(f"{message}: no decoder")
            elif info.processMeth is not None:
                rest = iter(fields)
                info.processMeth(decoder, rest)
                left = len(list(rest))
                if left:
                    self.leftovers.append(f"{message}: {left} left over")
            else:
                decoder.interpretWithSignature(fields, info)

        return interpret


def event(control, **fields):
    body = json.dumps({"venue": "ibkr", **fields}).encode()
    urllib.request.urlopen(f"{control}/events", body, timeout=5).read()


def reads(app, yes):
    """Every request that changes nothing, then one whose answer says that all have been answered."""
    wanted = contract(yes)
    app.reqContractDetails(1, wanted)
    index = contract(0)
    index.symbol, index.secType = "FF", "IND"
    app.reqContractDetails(2, index)
    app.reqMatchingSymbols(3, "FF")
    app.reqSecDefOptParams(4, "FF", "", "IND", 658663572)
    app.reqMarketRule(67)
    app.reqMktDepthExchanges()
    app.reqSmartComponents(5, "FORECASTX")
    app.reqNewsProviders()
    app.reqNewsBulletins(True)
    app.cancelNewsBulletins()
    app.reqFamilyCodes()
    app.reqUserInfo(6)
    app.setServerLogLevel(2)
    app.reqMarketDataType(1)
    app.reqMktData(7, wanted, "", False, False, [])
    app.reqMktData(8, wanted, "", True, False, [])
    app.reqMktDepth(9, wanted, 5, False, [])
    app.reqOpenOrders()
    app.reqAllOpenOrders()
    app.reqCompletedOrders(False)
    app.reqExecutions(10, ExecutionFilter())
    app.reqIds(1)
    app.reqManagedAccts()


def account_reads(app, yes):
    app.reqPositions()
    app.reqPositionsMulti(11, "DU1234567", "")
    app.reqAccountSummary(12, "All", "NetLiquidation,TotalCashValue,AccountType")
    app.reqAccountUpdates(True, "DU1234567")
    app.reqAccountUpdatesMulti(13, "DU1234567", "", False)
    app.reqPnL(14, "DU1234567", "")
    app.reqPnLSingle(15, "DU1234567", "", yes)


def cancels(app):
    app.cancelPositions()
    app.cancelPositionsMulti(11)
    app.cancelAccountSummary(12)
    app.reqAccountUpdates(False, "DU1234567")
    app.cancelAccountUpdatesMulti(13)
    app.cancelPnL(14)
    app.cancelPnLSingle(15)
    app.cancelMktData(7)
    app.cancelMktDepth(9, False)


def orders(app, first, yes):
    """Filled, rested and cancelled, only asked about, swept away with all others."""
    app.placeOrder(first, contract(yes), order(1, 0.58, "IOC", f"layout-{first}"))
    app.wait("commissionAndFeesReport")
    app.placeOrder(first + 1, contract(yes), order(1, 0.3, "GTC", f"layout-{first + 1}"))
    app.wait("orderStatus", lambda args: args[0] == first + 1 and args[1] == "Submitted")
    cancel(app, first + 1)
    app.wait("orderStatus", lambda args: args[0] == first + 1 and args[1] == "Cancelled")
    asked = order(1, 0.3, "DAY", "layout-what-if")
    asked.whatIf = True
    app.placeOrder(first + 2, contract(yes), asked)
    app.wait("openOrder", lambda args: args[0] == first + 2)
    app.placeOrder(first + 3, contract(yes), order(1, 0.3, "GTC", f"layout-{first + 3}"))
    app.wait("orderStatus", lambda args: args[0] == first + 3 and args[1] == "Submitted")
    app.reqGlobalCancel(OrderCancel())
    app.wait("orderStatus", lambda args: args[0] == first + 3 and args[1] == "Cancelled")


def judged(port, control, version, yes):
    ibapi.client.MAX_CLIENT_VER = version
    app = Judge()
    # The library makes its decoder in connect(): it is watched from its first message on.
    made = Decoder.__init__

    def watched(decoder, *args):
        made(decoder, *args)
        decoder.interpret = app.judge(decoder)

    Decoder.__init__ = watched
    first = app.begin(port, 0)
    Decoder.__init__ = made
    app.reqAutoOpenOrders(False)
    reads(app, yes)
    orders(app, first, yes)
    account_reads(app, yes)
    event(control, type="manual_order", con_id=yes, price="0.20", size=1)
    event(control, type="market_data_type", data_type=3)
    event(control, type="market_data_type", data_type=1)
    event(control, type="burst", frames=50)
    reads_again = len(app.log)
    app.reqOpenOrders()
    app.wait("openOrderEnd", start=reads_again)
    app.reqCompletedOrders(False)
    app.wait("completedOrdersEnd", start=reads_again)
    app.reqExecutions(16, ExecutionFilter())
    app.wait("execDetailsEnd", lambda args: args[0] == 16)
    app.reqGlobalCancel(OrderCancel())
    cancels(app)
    app.until("currentTime", app.reqCurrentTime)
    codes = sorted({args[2] for args in app.of("error")} - {2104, 2106, 2158, 202, NO_DEPTH})
    spoken = app.serverVersion()
    app.end()
    counts = {str(message): app.counts[message] for message in sorted(app.counts)}
    return {"spoken": spoken, "messages": counts, "leftovers": app.leftovers, "errors": codes}


def main(port, control, first, last, yes):
    complaints = errors_of_the_library()
    told = {version: judged(port, control, version, yes) for version in range(first, last + 1)}
    print(json.dumps({"versions": told, "complaints": complaints}))


main(int(sys.argv[1]), sys.argv[2], *(int(each) for each in sys.argv[3:6]))
