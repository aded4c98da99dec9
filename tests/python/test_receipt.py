"""Receipts are verified offline, to the letter of `enclave/receipt/FORMAT.md`."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ledger import Ledger, base64_of, release_leaf
from ledger import root as tree_hash
from sekisho import Receipt, ReceiptInvalid
from sekisho._proto import release_pb2
from sekisho.leaf import Leaf
from sekisho.receipt import Keyring
from sekisho.transparency import LedgerKey, verify_inclusion

FORMAT_PAGE = Path(__file__).parents[2] / "enclave" / "receipt" / "FORMAT.md"


@pytest.fixture(scope="module")
def vector() -> tuple[str, str]:
    """The key and the receipt of the format's page."""
    page = FORMAT_PAGE.read_text(encoding="utf-8").partition("## Test vector")[2]
    key = re.search(r"```text\n(.+)\n```", page)
    receipt = re.search(r"```json\n(.+)\n```", page)
    assert key
    assert receipt
    return key.group(1), receipt.group(1)


def receipt_of(ledger: Ledger, index: int) -> Receipt:
    return Receipt.of(release_pb2.Receipt(**ledger.receipt(index)))


def test_the_vector_of_the_format_verifies(vector: tuple[str, str]) -> None:
    key, text = vector
    verified = Receipt.from_json(text).verify(trust=key)
    assert (verified.origin, verified.leaf_index, verified.tree_size) == ("sekisho/example", 2, 5)
    assert verified.pinned
    assert verified.leaf["dataset"] == "demo-cancer"
    assert verified.leaf["cells_released"] == 7
    assert verified.leaf["parameters"] == {"rounding_base": "5", "threshold": "10"}


def test_rows_are_those_that_the_leaf_vouches_for(ledger: Ledger) -> None:
    vouched = FORMAT_PAGE.read_text(encoding="utf-8").rstrip("`\n").split()[-1]
    texts, counts = pa.array(["22:5:C:T", ""]), pa.array([-5, None], pa.int64())
    names = ["variant_id", "carriers", "missing_rate"]
    rows = pa.table([texts, counts, pa.array([0.5, None])], names=names)
    salted = rows.replace_schema_metadata({"sekisho.rows_salt": "00ff"})
    ledger.append(parameters={"rows_sha256": vouched})
    keyring = Keyring((LedgerKey.parse(ledger.vkey),), pinned=True)
    receipt = receipt_of(ledger, 0)
    receipt.with_context(keyring, None, salted).verify()
    altered = salted.set_column(1, "carriers", pa.array([-5, 0], pa.int64()))
    of_another_type = salted.set_column(1, "carriers", pa.array([-5, None], pa.int32()))
    for other in (rows, altered, of_another_type, salted.slice(1)):
        with pytest.raises(ReceiptInvalid, match="other rows"):
            receipt.with_context(keyring, None, other).verify()


def test_the_vector_with_any_bit_altered_does_not_verify(vector: tuple[str, str]) -> None:
    key, text = vector
    raw = text.encode()
    for at in range(len(raw)):
        for bit in range(8):
            altered = bytearray(raw)
            altered[at] ^= 1 << bit
            with pytest.raises(ReceiptInvalid):
                Receipt.from_json(bytes(altered)).verify(trust=key)


def test_a_key_with_any_character_altered_is_refused(vector: tuple[str, str]) -> None:
    key, _ = vector
    for at in range(len(key)):
        for other in "Aa+0 =/":
            if key[at] != other:
                with pytest.raises(ReceiptInvalid):
                    LedgerKey.parse(key[:at] + other + key[at + 1 :])


def test_every_leaf_of_every_small_tree_is_proved(ledger: Ledger) -> None:
    for size in range(1, 20):
        ledger.append()
        for index in range(size):
            assert receipt_of(ledger, index).verify(trust=ledger.vkey).leaf.sequence == index


def test_a_proof_of_another_length_or_place_proves_nothing() -> None:
    ledger = Ledger()
    for _ in range(11):
        ledger.append()
    fields: Any = ledger.receipt(6)
    proof, top = fields["inclusion_proof"], ledger.receipt(0)
    root = tree_hash(ledger.leaves)
    leaf = fields["leaf"]
    verify_inclusion(leaf, 6, 11, proof, root)
    for index, size, altered in [
        (6, 11, proof[:-1]),
        (6, 11, [*proof, proof[0]]),
        (6, 11, [proof[1], proof[0], *proof[2:]]),
        (7, 11, proof),
        (6, 8, proof),
        (6, 17, proof),
        (6, 6, proof),
        (11, 11, proof),
        (-1, 11, proof),
        (6, 11, [proof[0][:31], *proof[1:]]),
        (6, 11, top["inclusion_proof"]),
    ]:
        with pytest.raises(ReceiptInvalid):
            verify_inclusion(leaf, index, size, altered, root)


def signed(ledger: Ledger, text: str) -> str:
    return f"{text}\n{ledger.signature(text)}"


@pytest.mark.parametrize(
    "altered",
    [
        lambda origin, size, root: f"{origin}\n0{size}\n{root}\n",
        lambda origin, size, root: f"{origin}\n+{size}\n{root}\n",
        lambda origin, size, root: f"{origin}\n{size} \n{root}\n",
        lambda origin, size, root: f"{origin}\n{size}\n{root}\nextension\n",
        lambda origin, size, root: f"{origin}\n{size}\n{root.rstrip('=')}\n",
        lambda origin, size, root: f"{origin}\n{size}\n{base64_of(bytes(31))}\n",
        lambda origin, size, root: f"{origin}\n{size}\n",
        lambda origin, size, root: f"another\n{size}\n{root}\n",
        lambda origin, size, root: f"{origin}\n{int(size) + 1}\n{root}\n",
    ],
)
def test_a_signed_text_that_is_not_this_checkpoint_is_refused(
    ledger: Ledger, altered: Callable[[str, str, str], str]
) -> None:
    fields = ledger.receipt(ledger.append())
    origin, size, root, *_ = str(fields["checkpoint"]).split("\n")
    fields["checkpoint"] = signed(ledger, altered(origin, size, root))
    with pytest.raises(ReceiptInvalid):
        Receipt.of(release_pb2.Receipt(**fields)).verify(trust=ledger.vkey)


def test_signatures_of_others_are_passed_over_and_a_wrong_one_of_ours_is_not(
    ledger: Ledger,
) -> None:
    fields = ledger.receipt(ledger.append())
    note = str(fields["checkpoint"])
    text = note.partition("\n\n")[0] + "\n"
    witness = Ledger("witness.example", bytes([7]) * 32)
    wrong = ledger.signature(text + "x")
    key_reused = f"— {ledger.origin} {base64_of(b'1234' + bytes(64))}\n"
    for more, verifies in [
        (witness.signature(text), True),
        (witness.signature("x"), True),
        (key_reused, True),
        (wrong, False),
        ("no signature\n", False),
        ("— a b c\n", False),
        (witness.signature(text) * 100, False),
    ]:
        for altered in (note + more, text + "\n" + more + ledger.signature(text)):
            fields["checkpoint"] = altered
            receipt = Receipt.of(release_pb2.Receipt(**fields))
            if verifies:
                assert receipt.verify(trust=ledger.vkey)
            else:
                with pytest.raises(ReceiptInvalid):
                    receipt.verify(trust=ledger.vkey)
    fields["checkpoint"] = note + witness.signature("x")
    receipt = Receipt.of(release_pb2.Receipt(**fields))
    with pytest.raises(ReceiptInvalid, match=r"signature of `witness\.example`"):
        receipt.verify(trust=[ledger.vkey, witness.vkey])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "charge"),
        ("kind", "gift"),
        ("kind", 1),
        ("cells_released", -1),
        ("cells_released", 1.0),
        ("cells_released", True),
        ("cells_released", 1 << 64),
        ("at_ms", "now"),
        ("rules", "one"),
        ("parameters", {"threshold": 10}),
        ("policy_digest", "F" * 64),
        ("project", None),
        ("sequence", 1),
        ("unknown", 1),
    ],
)
def test_a_leaf_that_is_not_understood_is_not_verified(
    ledger: Ledger, field: str, value: object
) -> None:
    index = ledger.append(**{field: value})
    with pytest.raises(ReceiptInvalid):
        receipt_of(ledger, index).verify(trust=ledger.vkey)


METERED = {
    "account": "rho//demo-cancer",
    "amount": 5,
    "limit": 10,
    "spent_before": 2,
    "spent_after": 7,
}


def charge_leaf(**fields: object) -> bytes:
    leaf = {
        name: value
        for name, value in release_leaf(0).items()
        if name
        not in {
            "charge_sequence",
            "parameters",
            "cohort_size_class",
            "cells_released",
            "cells_suppressed",
            "answer_digest",
        }
    }
    leaf |= {"kind": "charge", "nonce": "5" * 32, "nonce_expires_at_ms": 9}
    return json.dumps(leaf | fields).encode()


def metering_leaf(**fields: object) -> bytes:
    leaf = {
        "kind": "metering",
        "sequence": 1,
        "charge_sequence": 0,
        "project": "P-0001",
        "dataset": "demo-cancer",
        "meters": [METERED],
        "blind": "6" * 64,
    }
    return json.dumps(leaf | fields).encode()


def test_a_charge_may_have_meters_and_need_not() -> None:
    assert "meters" not in Leaf.parse(charge_leaf())
    assert Leaf.parse(charge_leaf(meters=[METERED]))["meters"] == [METERED]
    assert Leaf.parse(metering_leaf()).kind == "metering"


@pytest.mark.parametrize(
    "meters",
    [
        None,
        {},
        METERED,
        ["rho"],
        [METERED | {"more": 1}],
        [{name: value for name, value in METERED.items() if name != "amount"}],
        [METERED | {"amount": -5}],
        [METERED | {"amount": True}],
        [METERED | {"account": 5}],
        [METERED, None],
    ],
)
def test_meters_of_another_form_are_not_verified(meters: object) -> None:
    for leaf in (charge_leaf(meters=meters), metering_leaf(meters=meters)):
        with pytest.raises(ReceiptInvalid):
            Leaf.parse(leaf)


def test_no_other_leaf_has_meters_and_none_else_may_lack_them(ledger: Ledger) -> None:
    index = ledger.append(meters=[METERED])
    with pytest.raises(ReceiptInvalid):
        receipt_of(ledger, index).verify(trust=ledger.vkey)
    without = {k: v for k, v in json.loads(metering_leaf()).items() if k != "meters"}
    with pytest.raises(ReceiptInvalid, match="too few"):
        Leaf.parse(json.dumps(without).encode())


def test_a_leaf_that_names_a_field_twice_is_not_verified(ledger: Ledger) -> None:
    ledger.append()
    ledger.leaves[0] = ledger.leaves[0].replace(b'"limit": 200', b'"limit": 1, "limit": 200')
    with pytest.raises(ReceiptInvalid, match="twice"):
        receipt_of(ledger, 0).verify(trust=ledger.vkey)


def test_a_receipt_survives_its_file(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(purpose="Krebsforschung für Ä \u2028")
    receipt = receipt_of(ledger, 0)
    receipt.save(tmp_path / "receipt.json")
    loaded = Receipt.load(tmp_path / "receipt.json")
    assert loaded == receipt
    assert loaded.verify(trust=ledger.vkey).leaf["purpose"] == "Krebsforschung für Ä \u2028"


@pytest.mark.parametrize(
    "change",
    [
        {"format": "sekisho-receipt/2"},
        {"extra": 1},
        {"leaf": None},
        {"leaf": {"kind": "release"}},
        {"leaf_index": True},
        {"leaf_index": -1},
        {"leaf_index": 0.0},
        {"leaf_index": "0"},
        {"tree_size": 1 << 64},
        {"inclusion_proof": "AAAA"},
        {"inclusion_proof": [1]},
        {"inclusion_proof": {}},
        {"inclusion_proof": [base64_of(bytes(31))]},
        {"inclusion_proof": [base64_of(bytes(32)) + "\n"]},
        {"inclusion_proof": [base64_of(bytes(32))[:-2] + "B="]},
        {"inclusion_proof": [base64_of(bytes(32)).rstrip("=")]},
        {"inclusion_proof": [base64_of(bytes(32))] * 65},
        {"checkpoint": []},
    ],
)
def test_a_file_of_another_form_is_refused(ledger: Ledger, change: dict[str, object]) -> None:
    ledger.append()
    fields = json.loads(receipt_of(ledger, 0).to_json()) | change
    with pytest.raises(ReceiptInvalid):
        Receipt.from_json(json.dumps(fields))


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"format":1,"format":1}', "\ud800", "[" * 100_000]
)
def test_what_is_no_receipt_at_all_is_refused(text: str) -> None:
    with pytest.raises(ReceiptInvalid):
        Receipt.from_json(text)


def test_a_missing_field_is_named(ledger: Ledger) -> None:
    ledger.append()
    fields = json.loads(receipt_of(ledger, 0).to_json())
    del fields["checkpoint"]
    with pytest.raises(ReceiptInvalid, match="`checkpoint`"):
        Receipt.from_json(json.dumps(fields))


def test_keys_are_given_as_lines_or_as_a_file(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append()
    receipt = receipt_of(ledger, 0)
    other = Ledger("other", bytes([9]) * 32)
    path = tmp_path / "keys"
    path.write_text(f"# our ledgers\n\n{other.vkey}\n{ledger.vkey}\n")
    for trust in (ledger.vkey, f"{other.vkey}\n{ledger.vkey}\n", [ledger.vkey], path, str(path)):
        assert receipt.verify(trust=trust).pinned
    for nothing in (other.vkey, tmp_path / "absent", "absent", [], "+", ["# none"]):
        with pytest.raises(ReceiptInvalid):
            receipt.verify(trust=nothing)


def test_without_a_key_the_help_says_how_to_pin_one(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append()
    with pytest.raises(ReceiptInvalid) as raised:
        receipt_of(ledger, 0).verify()
    assert "trust=" in raised.value.help
    assert "ledger_keys" in raised.value.help
    monkeypatch.setenv("SEKISHO_TRUST", ledger.vkey)
    assert receipt_of(ledger, 0).verify().pinned


def test_a_key_from_the_server_is_a_warning(ledger: Ledger) -> None:
    ledger.append()
    keyring = Keyring((LedgerKey.parse(ledger.vkey),), pinned=False)
    verified = receipt_of(ledger, 0).with_context(keyring, None).verify()
    assert not verified.pinned
    assert repr(verified) == (
        "verified: leaf 0 of 1 in the ledger `sekisho/test`\n"
        "  release at 2026-01-01 00:00:00 UTC\n"
        "  project: P-0001\n"
        "  purpose: cancer research\n"
        "  dataset: demo-cancer\n"
        f"  snapshot: {'4' * 64}\n"
        f"  policy_digest: {'5' * 64}\n"
        "  profile: standard\n"
        "  warning: the ledger's key came from the same server as the receipt;"
        " pin it with `connect(trust=...)`"
    )
    assert "warning" not in repr(receipt_of(ledger, 0).verify(trust=ledger.vkey))
