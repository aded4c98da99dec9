"""What tests of pictures share: answers, and what charts are made of."""

from typing import Any

from answers import ANALYSES
from sekisho.result import Result


def made(result: Result, name: str) -> Result:
    first, *others = ANALYSES[name][0]
    return Result(first, result.release, result.receipt, *others)


def layers(chart: dict[str, Any]) -> list[dict[str, Any]]:
    inner = chart.get("layer", chart.get("concat", []))
    return [chart] if not inner else [found for part in inner for found in layers(part)]


def values(chart: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    data = layer["data"]
    found: list[dict[str, Any]] = (
        data["values"] if "values" in data else chart["datasets"][data["name"]]
    )
    return found
