"""Ask questions of health data that never leave their holder.

Examples
--------
>>> import sekisho
>>> with sekisho.connect() as visit:  # doctest: +SKIP
...     result = visit.sql(
...         "SELECT diagnosis, count(DISTINCT individual_id) AS n "
...         "FROM individuals GROUP BY diagnosis",
...         datasets=["demo-cancer"],
...     )
"""

from sekisho import aio
from sekisho.budgets import Budgets
from sekisho.check import AppliedRule, Check, Checks, ReleasedColumn
from sekisho.connection import connect
from sekisho.criteria import Burden, Carriers, Excluded, carries, excluding
from sekisho.errors import (
    BudgetExhausted,
    Cancelled,
    ConnectionFailed,
    ExecutionFailed,
    InternalError,
    InvalidRequest,
    LimitExceeded,
    NotAvailable,
    PolicyDenied,
    PolicyReferred,
    QueryRefused,
    ReceiptInvalid,
    SekishoError,
    SiteUnavailable,
    StillRunning,
    Unauthenticated,
)
from sekisho.leaf import Leaf
from sekisho.listing import Listing
from sekisho.operations import Operation, State
from sekisho.receipt import Receipt, Verified
from sekisho.release import Budget, Release
from sekisho.result import Result, Results
from sekisho.visit import Visit

__version__ = "0.1.0"

__all__ = [
    "AppliedRule",
    "Budget",
    "BudgetExhausted",
    "Budgets",
    "Burden",
    "Cancelled",
    "Carriers",
    "Check",
    "Checks",
    "ConnectionFailed",
    "Excluded",
    "ExecutionFailed",
    "InternalError",
    "InvalidRequest",
    "Leaf",
    "LimitExceeded",
    "Listing",
    "NotAvailable",
    "Operation",
    "PolicyDenied",
    "PolicyReferred",
    "QueryRefused",
    "Receipt",
    "ReceiptInvalid",
    "Release",
    "ReleasedColumn",
    "Result",
    "Results",
    "SekishoError",
    "SiteUnavailable",
    "State",
    "StillRunning",
    "Unauthenticated",
    "Verified",
    "Visit",
    "aio",
    "carries",
    "connect",
    "excluding",
]
