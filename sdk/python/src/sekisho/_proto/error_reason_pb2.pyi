from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_UNAUTHENTICATED: _ClassVar[ErrorReason]
    ERROR_REASON_POLICY_DENIED: _ClassVar[ErrorReason]
    ERROR_REASON_POLICY_REFERRED: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_AVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_QUERY_REFUSED: _ClassVar[ErrorReason]
    ERROR_REASON_BUDGET_EXHAUSTED: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_REQUEST: _ClassVar[ErrorReason]
    ERROR_REASON_LIMIT_EXCEEDED: _ClassVar[ErrorReason]
    ERROR_REASON_EXECUTION_FAILED: _ClassVar[ErrorReason]
    ERROR_REASON_SITE_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_INTERNAL: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_UNAUTHENTICATED: ErrorReason
ERROR_REASON_POLICY_DENIED: ErrorReason
ERROR_REASON_POLICY_REFERRED: ErrorReason
ERROR_REASON_NOT_AVAILABLE: ErrorReason
ERROR_REASON_QUERY_REFUSED: ErrorReason
ERROR_REASON_BUDGET_EXHAUSTED: ErrorReason
ERROR_REASON_INVALID_REQUEST: ErrorReason
ERROR_REASON_LIMIT_EXCEEDED: ErrorReason
ERROR_REASON_EXECUTION_FAILED: ErrorReason
ERROR_REASON_SITE_UNAVAILABLE: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason
