from . import analysis_pb2 as _analysis_pb2
from . import release_pb2 as _release_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Question(_message.Message):
    __slots__ = ("project", "datasets", "sql")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    project: str
    datasets: _containers.RepeatedScalarFieldContainer[str]
    sql: str
    def __init__(self, project: _Optional[str] = ..., datasets: _Optional[_Iterable[str]] = ..., sql: _Optional[str] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ("question",)
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    question: Question
    def __init__(self, question: _Optional[_Union[Question, _Mapping]] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CheckResult]
    def __init__(self, results: _Optional[_Iterable[_Union[CheckResult, _Mapping]]] = ...) -> None: ...

class CheckResult(_message.Message):
    __slots__ = ("dataset", "accepted", "refusal", "columns", "rules", "charge", "profile", "rho_nano", "mechanism", "exposes_genomes")
    DATASET_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    RHO_NANO_FIELD_NUMBER: _ClassVar[int]
    MECHANISM_FIELD_NUMBER: _ClassVar[int]
    EXPOSES_GENOMES_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    accepted: bool
    refusal: Refusal
    columns: _containers.RepeatedCompositeFieldContainer[ReleasedColumn]
    rules: _containers.RepeatedCompositeFieldContainer[AppliedRule]
    charge: int
    profile: str
    rho_nano: int
    mechanism: str
    exposes_genomes: bool
    def __init__(self, dataset: _Optional[str] = ..., accepted: bool = ..., refusal: _Optional[_Union[Refusal, _Mapping]] = ..., columns: _Optional[_Iterable[_Union[ReleasedColumn, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[AppliedRule, _Mapping]]] = ..., charge: _Optional[int] = ..., profile: _Optional[str] = ..., rho_nano: _Optional[int] = ..., mechanism: _Optional[str] = ..., exposes_genomes: bool = ...) -> None: ...

class ReleasedColumn(_message.Message):
    __slots__ = ("name", "kind")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ...) -> None: ...

class AppliedRule(_message.Message):
    __slots__ = ("rule", "effect")
    RULE_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    rule: str
    effect: str
    def __init__(self, rule: _Optional[str] = ..., effect: _Optional[str] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("rule", "message", "help", "line", "column", "rewrite")
    RULE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    REWRITE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    message: str
    help: str
    line: int
    column: int
    rewrite: str
    def __init__(self, rule: _Optional[str] = ..., message: _Optional[str] = ..., help: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., rewrite: _Optional[str] = ...) -> None: ...

class QueryRequest(_message.Message):
    __slots__ = ("question", "idempotency_key")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    question: Question
    idempotency_key: str
    def __init__(self, question: _Optional[_Union[Question, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AnalyzeRequest(_message.Message):
    __slots__ = ("project", "datasets", "analysis", "idempotency_key")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    project: str
    datasets: _containers.RepeatedScalarFieldContainer[str]
    analysis: _analysis_pb2.Analysis
    idempotency_key: str
    def __init__(self, project: _Optional[str] = ..., datasets: _Optional[_Iterable[str]] = ..., analysis: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class QueryResponse(_message.Message):
    __slots__ = ("start", "arrow_ipc", "release", "failure")
    START_FIELD_NUMBER: _ClassVar[int]
    ARROW_IPC_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    start: ResultStart
    arrow_ipc: bytes
    release: _release_pb2.Release
    failure: ResultFailure
    def __init__(self, start: _Optional[_Union[ResultStart, _Mapping]] = ..., arrow_ipc: _Optional[bytes] = ..., release: _Optional[_Union[_release_pb2.Release, _Mapping]] = ..., failure: _Optional[_Union[ResultFailure, _Mapping]] = ...) -> None: ...

class ResultStart(_message.Message):
    __slots__ = ("dataset",)
    DATASET_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    def __init__(self, dataset: _Optional[str] = ...) -> None: ...

class ResultFailure(_message.Message):
    __slots__ = ("dataset", "reason", "message", "help", "refusal")
    DATASET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    reason: str
    message: str
    help: str
    refusal: Refusal
    def __init__(self, dataset: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., help: _Optional[str] = ..., refusal: _Optional[_Union[Refusal, _Mapping]] = ...) -> None: ...
