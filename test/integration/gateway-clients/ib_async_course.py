"""The same course with ib_async, unchanged.

Usage: ib_async_course.py PORT YES_CON_ID NO_CON_ID; prints one JSON object.
"""

import asyncio
import json
import logging
import sys

from ib_async import IB, Contract, ExecutionFilter, LimitOrder

CLIENT = 22
# Longest wait for something that a gateway on this machine answers at once.
LIMIT_S = 20


async def until(what, holds):
    deadline = asyncio.get_running_loop().time() + LIMIT_S
    while not holds():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"not within {LIMIT_S} s: {what}")
        await asyncio.sleep(0.005)


def limit_order(quantity, price, tif, reference):
    return LimitOrder("BUY", quantity, price, tif=tif, orderRef=reference)


async def look_up(ib, yes):
    samples = await ib.reqMatchingSymbolsAsync("FF")
    found = await ib.reqContractDetailsAsync(Contract(symbol="FF", secType="OPT", exchange="FORECASTX", currency="USD"))
    [qualified] = await ib.qualifyContractsAsync(Contract(conId=yes, exchange="FORECASTX"))
    return {
        "symbols": [[each.contract.symbol, each.contract.secType, each.derivativeSecTypes] for each in samples],
        "contracts": [[each.contract.conId, each.contract.right, each.contract.strike, each.minTick] for each in found],
        "qualified": [qualified.conId, qualified.localSymbol],
    }


async def stream(ib, yes):
    ticker = ib.reqMktData(Contract(conId=yes, exchange="FORECASTX"))
    await until("both sides are quoted", lambda: ticker.bidSize == 40 and ticker.askSize == 30)
    return ticker, {"type": ticker.marketDataType, "bid": [ticker.bid, int(ticker.bidSize)], "ask": [ticker.ask, int(ticker.askSize)]}


async def rest_and_cancel(ib, yes):
    codes = []
    ib.errorEvent += lambda request, code, *_: codes.append((request, code))
    trade = ib.placeOrder(Contract(conId=yes, exchange="FORECASTX"), limit_order(5, 0.3, "GTC", "course-rest"))
    await until("the order rests", lambda: trade.orderStatus.status == "Submitted")
    ib.cancelOrder(trade.order)
    await until("the order is cancelled", lambda: trade.orderStatus.status == "Cancelled")
    await until("its end has a code", lambda: any(request == trade.order.orderId for request, _ in codes))
    return next(code for request, code in codes if request == trade.order.orderId)


async def fill(ib, con_id, price, reference):
    trade = ib.placeOrder(Contract(conId=con_id, exchange="FORECASTX"), limit_order(10, price, "IOC", reference))
    await until("the order is filled", lambda: trade.orderStatus.status == "Filled")
    await until("its fee is known", lambda: bool(trade.fills) and trade.fills[0].commissionReport.execId != "")
    [first, *_] = trade.fills
    return {
        "fill": [first.execution.side, int(first.execution.shares), first.execution.price],
        "commission": [first.commissionReport.commission, first.commissionReport.currency],
        "last_status": trade.orderStatus.status,
    }


async def read_back(ib):
    await ib.reqExecutionsAsync(ExecutionFilter())
    positions = await ib.reqPositionsAsync()
    completed = await ib.reqCompletedOrdersAsync(False)
    still_open = await ib.reqAllOpenOrdersAsync()
    summary = [each for each in await ib.accountSummaryAsync() if each.tag == "TotalCashValue"]
    return {
        "executions": [
            [each.execution.orderRef, each.execution.side, int(each.execution.shares), each.execution.price, each.commissionReport.commission]
            for each in ib.fills()
        ],
        "positions": [[each.contract.conId, int(each.position), round(each.avgCost, 6)] for each in positions],
        "completed": sorted([each.order.orderRef, each.orderStatus.status, int(each.order.filledQuantity)] for each in completed),
        "open": len(still_open),
        "cash": [each.value for each in summary],
    }


async def connected(port):
    ib = IB()
    await ib.connectAsync("127.0.0.1", port, clientId=CLIENT, timeout=LIMIT_S)
    return ib


def complaints_of_the_library():
    """What the library itself could not decode, as a list that grows."""
    complaints = []

    class Keep(logging.Handler):
        def emit(self, record):
            complaints.append(record.getMessage())

    logging.getLogger("ib_async.Decoder").addHandler(Keep(level=logging.WARNING))
    return complaints


async def main(port, yes, no):
    complaints = complaints_of_the_library()
    ib = await connected(port)
    told = {"version": ib.client.serverVersion(), "found": await look_up(ib, yes)}
    ticker, told["quotes"] = await stream(ib, yes)
    told["cancelled"] = await rest_and_cancel(ib, yes)
    told["bought"] = await fill(ib, yes, 0.58, "course-yes")
    await until("the ask has become smaller", lambda: ticker.askSize == 20)
    ib.disconnect()
    ib = await connected(port)
    told["after_reconnect"] = await read_back(ib)
    told["netted"] = await fill(ib, no, 0.44, "course-no")
    ib.disconnect()
    ib = await connected(port)
    told["after_netting"] = await read_back(ib)
    ib.disconnect()
    told["complaints"] = complaints
    print(json.dumps(told))


asyncio.run(main(*(int(each) for each in sys.argv[1:4])))
