from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Analysis(_message.Message):
    __slots__ = ("frequencies",)
    FREQUENCIES_FIELD_NUMBER: _ClassVar[int]
    frequencies: Frequencies
    def __init__(self, frequencies: _Optional[_Union[Frequencies, _Mapping]] = ...) -> None: ...

class Frequencies(_message.Message):
    __slots__ = ("region", "gene", "variants", "where", "by")
    REGION_FIELD_NUMBER: _ClassVar[int]
    GENE_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    region: str
    gene: str
    variants: VariantNames
    where: str
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, region: _Optional[str] = ..., gene: _Optional[str] = ..., variants: _Optional[_Union[VariantNames, _Mapping]] = ..., where: _Optional[str] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class VariantNames(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...
