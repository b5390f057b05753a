"""Look up, stream, place, fill, cancel, and read everything back after a reconnect, with IB's own Python API.

Usage: official_course.py PORT YES_CON_ID NO_CON_ID; prints one JSON object.
"""

import json
import sys

from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter

from official import App, cancel, contract, errors_of_the_library, order

CLIENT = 21


def look_up(app):
    start = app.until("symbolSamples", lambda: app.reqMatchingSymbols(1, "FF"))
    samples = app.of("symbolSamples", start)[0][1]
    wanted = Contract()
    wanted.symbol, wanted.secType, wanted.exchange, wanted.currency = "FF", "OPT", "FORECASTX", "USD"
    start = app.until("contractDetailsEnd", lambda: app.reqContractDetails(2, wanted))
    found = [args[1] for args in app.of("contractDetails", start)]
    return {
        "symbols": [[each.contract.symbol, each.contract.secType, each.derivativeSecTypes] for each in samples],
        "contracts": [[each.contract.conId, each.contract.right, each.contract.strike, each.minTick] for each in found],
        "last_trade": [each.contract.lastTradeDateOrContractMonth for each in found],
    }


def stream(app, con_id):
    app.reqMktData(3, contract(con_id), "", False, False, [])
    app.wait("tickSize", lambda args: args[1] == 3)
    app.wait("tickSize", lambda args: args[1] == 0)
    prices = {args[1]: args[2] for args in app.of("tickPrice")}
    sizes = {args[1]: int(args[2]) for args in app.of("tickSize")}
    return {"type": app.wait("marketDataType")[1], "bid": [prices[1], sizes[0]], "ask": [prices[2], sizes[3]]}


def rest_and_cancel(app, order_id, con_id):
    app.placeOrder(order_id, contract(con_id), order(5, 0.3, "GTC", "course-rest"))
    app.wait("orderStatus", lambda args: args[0] == order_id and args[1] == "Submitted")
    cancel(app, order_id)
    app.wait("orderStatus", lambda args: args[0] == order_id and args[1] == "Cancelled")
    return app.wait("error", lambda args: args[0] == order_id)[2]


def fill(app, order_id, con_id, limit, reference):
    app.placeOrder(order_id, contract(con_id), order(10, limit, "IOC", reference))
    start = len(app.log)
    execution = app.wait("execDetails", lambda args: args[2].orderRef == reference)[2]
    report = app.wait("commissionAndFeesReport", lambda args: args[0].execId == execution.execId)[0]
    app.wait("orderStatus", lambda args: args[0] == order_id and args[1] == "Filled")
    statuses = [args[1] for args in app.of("orderStatus", start - 1) if args[0] == order_id]
    return {
        "fill": [execution.side, int(execution.shares), execution.price],
        "commission": [report.commissionAndFees, report.currency],
        "last_status": statuses[-1] if statuses else "Filled",
    }


def read_back(app):
    start = app.until("execDetailsEnd", lambda: app.reqExecutions(11, ExecutionFilter()))
    executions = [args[2] for args in app.of("execDetails", start)]
    fees = {args[0].execId: args[0].commissionAndFees for args in app.of("commissionAndFeesReport", start)}
    start = app.until("positionEnd", app.reqPositions)
    positions = app.of("position", start)
    start = app.until("completedOrdersEnd", lambda: app.reqCompletedOrders(False))
    completed = app.of("completedOrder", start)
    start = app.until("openOrderEnd", app.reqAllOpenOrders)
    still_open = len(app.of("openOrder", start))
    start = app.until("accountSummaryEnd", lambda: app.reqAccountSummary(12, "All", "TotalCashValue"))
    return {
        "executions": [[each.orderRef, each.side, int(each.shares), each.price, fees.get(each.execId)] for each in executions],
        "positions": [[args[1].conId, int(args[2]), round(args[3], 6)] for args in positions],
        "completed": sorted([args[1].orderRef, args[2].status, int(args[1].filledQuantity)] for args in completed),
        "open": still_open,
        "cash": [args[3] for args in app.of("accountSummary", start)],
    }


def main(port, yes, no):
    complaints = errors_of_the_library()
    app = App()
    first = app.begin(port, CLIENT)
    told = {"version": app.serverVersion(), "found": look_up(app), "quotes": stream(app, yes)}
    told["cancelled"] = rest_and_cancel(app, first, yes)
    told["bought"] = fill(app, first + 1, yes, 0.58, "course-yes")
    app.wait("tickSize", lambda args: args[1] == 3 and args[2] == 20)
    app.end()
    app = App()
    second = app.begin(port, CLIENT)
    told["next_order_id"] = second - first
    told["after_reconnect"] = read_back(app)
    told["netted"] = fill(app, second, no, 0.44, "course-no")
    app.end()
    app = App()
    app.begin(port, CLIENT)
    told["after_netting"] = read_back(app)
    app.end()
    told["complaints"] = complaints
    print(json.dumps(told))


main(*(int(each) for each in sys.argv[1:4]))
