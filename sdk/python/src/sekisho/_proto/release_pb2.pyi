from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Release(_message.Message):
    __slots__ = ("dataset", "snapshot", "policy_digest", "profile", "threshold", "rounding_base", "figures_released", "figures_suppressed", "budget", "receipt", "repeated", "mechanism", "parameters", "caveat", "padding")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DATASET_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    ROUNDING_BASE_FIELD_NUMBER: _ClassVar[int]
    FIGURES_RELEASED_FIELD_NUMBER: _ClassVar[int]
    FIGURES_SUPPRESSED_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    REPEATED_FIELD_NUMBER: _ClassVar[int]
    MECHANISM_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    PADDING_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    snapshot: str
    policy_digest: str
    profile: str
    threshold: int
    rounding_base: int
    figures_released: int
    figures_suppressed: int
    budget: Budget
    receipt: Receipt
    repeated: bool
    mechanism: str
    parameters: _containers.ScalarMap[str, str]
    caveat: str
    padding: bytes
    def __init__(self, dataset: _Optional[str] = ..., snapshot: _Optional[str] = ..., policy_digest: _Optional[str] = ..., profile: _Optional[str] = ..., threshold: _Optional[int] = ..., rounding_base: _Optional[int] = ..., figures_released: _Optional[int] = ..., figures_suppressed: _Optional[int] = ..., budget: _Optional[_Union[Budget, _Mapping]] = ..., receipt: _Optional[_Union[Receipt, _Mapping]] = ..., repeated: bool = ..., mechanism: _Optional[str] = ..., parameters: _Optional[_Mapping[str, str]] = ..., caveat: _Optional[str] = ..., padding: _Optional[bytes] = ...) -> None: ...

class Budget(_message.Message):
    __slots__ = ("dataset", "project", "limit", "spent")
    DATASET_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SPENT_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    project: str
    limit: int
    spent: int
    def __init__(self, dataset: _Optional[str] = ..., project: _Optional[str] = ..., limit: _Optional[int] = ..., spent: _Optional[int] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("leaf", "leaf_index", "tree_size", "inclusion_proof", "checkpoint")
    LEAF_FIELD_NUMBER: _ClassVar[int]
    LEAF_INDEX_FIELD_NUMBER: _ClassVar[int]
    TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    INCLUSION_PROOF_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    leaf: bytes
    leaf_index: int
    tree_size: int
    inclusion_proof: _containers.RepeatedScalarFieldContainer[bytes]
    checkpoint: str
    def __init__(self, leaf: _Optional[bytes] = ..., leaf_index: _Optional[int] = ..., tree_size: _Optional[int] = ..., inclusion_proof: _Optional[_Iterable[bytes]] = ..., checkpoint: _Optional[str] = ...) -> None: ...
