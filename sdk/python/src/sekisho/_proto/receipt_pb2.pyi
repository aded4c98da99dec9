from . import release_pb2 as _release_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetReceiptRequest(_message.Message):
    __slots__ = ("project", "dataset", "leaf_index")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    LEAF_INDEX_FIELD_NUMBER: _ClassVar[int]
    project: str
    dataset: str
    leaf_index: int
    def __init__(self, project: _Optional[str] = ..., dataset: _Optional[str] = ..., leaf_index: _Optional[int] = ...) -> None: ...

class GetReceiptResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _release_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_release_pb2.Receipt, _Mapping]] = ...) -> None: ...

class ListLedgerKeysRequest(_message.Message):
    __slots__ = ("project",)
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    project: str
    def __init__(self, project: _Optional[str] = ...) -> None: ...

class ListLedgerKeysResponse(_message.Message):
    __slots__ = ("keys",)
    KEYS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedCompositeFieldContainer[LedgerKey]
    def __init__(self, keys: _Optional[_Iterable[_Union[LedgerKey, _Mapping]]] = ...) -> None: ...

class LedgerKey(_message.Message):
    __slots__ = ("dataset", "vkey")
    DATASET_FIELD_NUMBER: _ClassVar[int]
    VKEY_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    vkey: str
    def __init__(self, dataset: _Optional[str] = ..., vkey: _Optional[str] = ...) -> None: ...
