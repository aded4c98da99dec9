from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Analysis(_message.Message):
    __slots__ = ("frequencies", "survival", "model", "qc_report", "count", "funnel", "cooccurrence", "prevalence", "association", "spectrum", "rates", "matched", "site_frequencies", "difference")
    FREQUENCIES_FIELD_NUMBER: _ClassVar[int]
    SURVIVAL_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    QC_REPORT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FUNNEL_FIELD_NUMBER: _ClassVar[int]
    COOCCURRENCE_FIELD_NUMBER: _ClassVar[int]
    PREVALENCE_FIELD_NUMBER: _ClassVar[int]
    ASSOCIATION_FIELD_NUMBER: _ClassVar[int]
    SPECTRUM_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    SITE_FREQUENCIES_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    frequencies: Frequencies
    survival: Survival
    model: Model
    qc_report: QcReport
    count: Count
    funnel: Funnel
    cooccurrence: Cooccurrence
    prevalence: Prevalence
    association: Association
    spectrum: Spectrum
    rates: Rates
    matched: Matched
    site_frequencies: SiteFrequencies
    difference: Difference
    def __init__(self, frequencies: _Optional[_Union[Frequencies, _Mapping]] = ..., survival: _Optional[_Union[Survival, _Mapping]] = ..., model: _Optional[_Union[Model, _Mapping]] = ..., qc_report: _Optional[_Union[QcReport, _Mapping]] = ..., count: _Optional[_Union[Count, _Mapping]] = ..., funnel: _Optional[_Union[Funnel, _Mapping]] = ..., cooccurrence: _Optional[_Union[Cooccurrence, _Mapping]] = ..., prevalence: _Optional[_Union[Prevalence, _Mapping]] = ..., association: _Optional[_Union[Association, _Mapping]] = ..., spectrum: _Optional[_Union[Spectrum, _Mapping]] = ..., rates: _Optional[_Union[Rates, _Mapping]] = ..., matched: _Optional[_Union[Matched, _Mapping]] = ..., site_frequencies: _Optional[_Union[SiteFrequencies, _Mapping]] = ..., difference: _Optional[_Union[Difference, _Mapping]] = ...) -> None: ...

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

class FollowUp(_message.Message):
    __slots__ = ("time", "event")
    TIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    time: str
    event: str
    def __init__(self, time: _Optional[str] = ..., event: _Optional[str] = ...) -> None: ...

class Survival(_message.Message):
    __slots__ = ("follow_up", "where", "by", "interval")
    FOLLOW_UP_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    follow_up: FollowUp
    where: str
    by: _containers.RepeatedScalarFieldContainer[str]
    interval: int
    def __init__(self, follow_up: _Optional[_Union[FollowUp, _Mapping]] = ..., where: _Optional[str] = ..., by: _Optional[_Iterable[str]] = ..., interval: _Optional[int] = ...) -> None: ...

class Rates(_message.Message):
    __slots__ = ("follow_up", "where", "by", "split")
    FOLLOW_UP_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    follow_up: FollowUp
    where: str
    by: _containers.RepeatedScalarFieldContainer[str]
    split: Split
    def __init__(self, follow_up: _Optional[_Union[FollowUp, _Mapping]] = ..., where: _Optional[str] = ..., by: _Optional[_Iterable[str]] = ..., split: _Optional[_Union[Split, _Mapping]] = ...) -> None: ...

class Split(_message.Message):
    __slots__ = ("began", "day")
    BEGAN_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    began: str
    day: str
    def __init__(self, began: _Optional[str] = ..., day: _Optional[str] = ...) -> None: ...

class Matched(_message.Message):
    __slots__ = ("treated", "follow_up", "exact", "covariates", "where")
    TREATED_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_UP_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    treated: str
    follow_up: FollowUp
    exact: _containers.RepeatedScalarFieldContainer[str]
    covariates: _containers.RepeatedScalarFieldContainer[str]
    where: str
    def __init__(self, treated: _Optional[str] = ..., follow_up: _Optional[_Union[FollowUp, _Mapping]] = ..., exact: _Optional[_Iterable[str]] = ..., covariates: _Optional[_Iterable[str]] = ..., where: _Optional[str] = ...) -> None: ...

class Model(_message.Message):
    __slots__ = ("follow_up", "condition", "measure", "covariates", "where")
    FOLLOW_UP_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    follow_up: FollowUp
    condition: str
    measure: str
    covariates: _containers.RepeatedScalarFieldContainer[str]
    where: str
    def __init__(self, follow_up: _Optional[_Union[FollowUp, _Mapping]] = ..., condition: _Optional[str] = ..., measure: _Optional[str] = ..., covariates: _Optional[_Iterable[str]] = ..., where: _Optional[str] = ...) -> None: ...

class QcReport(_message.Message):
    __slots__ = ("metrics", "where", "by")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.RepeatedScalarFieldContainer[str]
    where: str
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, metrics: _Optional[_Iterable[str]] = ..., where: _Optional[str] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class Count(_message.Message):
    __slots__ = ("where", "by")
    WHERE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    where: str
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, where: _Optional[str] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class Carriers(_message.Message):
    __slots__ = ("gene", "consequences")
    GENE_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    gene: str
    consequences: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, gene: _Optional[str] = ..., consequences: _Optional[_Iterable[str]] = ...) -> None: ...

class Criterion(_message.Message):
    __slots__ = ("condition", "carriers", "excludes")
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    CARRIERS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDES_FIELD_NUMBER: _ClassVar[int]
    condition: str
    carriers: Carriers
    excludes: bool
    def __init__(self, condition: _Optional[str] = ..., carriers: _Optional[_Union[Carriers, _Mapping]] = ..., excludes: bool = ...) -> None: ...

class Funnel(_message.Message):
    __slots__ = ("criteria", "where")
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    criteria: _containers.RepeatedCompositeFieldContainer[Criterion]
    where: str
    def __init__(self, criteria: _Optional[_Iterable[_Union[Criterion, _Mapping]]] = ..., where: _Optional[str] = ...) -> None: ...

class Cooccurrence(_message.Message):
    __slots__ = ("genes", "where")
    GENES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    genes: _containers.RepeatedCompositeFieldContainer[Carriers]
    where: str
    def __init__(self, genes: _Optional[_Iterable[_Union[Carriers, _Mapping]]] = ..., where: _Optional[str] = ...) -> None: ...

class Prevalence(_message.Message):
    __slots__ = ("genes", "consequences", "by", "where")
    GENES_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    genes: _containers.RepeatedScalarFieldContainer[str]
    consequences: _containers.RepeatedScalarFieldContainer[str]
    by: _containers.RepeatedScalarFieldContainer[str]
    where: str
    def __init__(self, genes: _Optional[_Iterable[str]] = ..., consequences: _Optional[_Iterable[str]] = ..., by: _Optional[_Iterable[str]] = ..., where: _Optional[str] = ...) -> None: ...

class Association(_message.Message):
    __slots__ = ("region", "gene", "variants", "burden", "condition", "measure", "covariates", "components", "stratum", "where", "most")
    REGION_FIELD_NUMBER: _ClassVar[int]
    GENE_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    BURDEN_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    STRATUM_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    MOST_FIELD_NUMBER: _ClassVar[int]
    region: str
    gene: str
    variants: VariantNames
    burden: Burden
    condition: str
    measure: str
    covariates: _containers.RepeatedScalarFieldContainer[str]
    components: int
    stratum: str
    where: str
    most: int
    def __init__(self, region: _Optional[str] = ..., gene: _Optional[str] = ..., variants: _Optional[_Union[VariantNames, _Mapping]] = ..., burden: _Optional[_Union[Burden, _Mapping]] = ..., condition: _Optional[str] = ..., measure: _Optional[str] = ..., covariates: _Optional[_Iterable[str]] = ..., components: _Optional[int] = ..., stratum: _Optional[str] = ..., where: _Optional[str] = ..., most: _Optional[int] = ...) -> None: ...

class Burden(_message.Message):
    __slots__ = ("genes", "consequences", "max_frequency")
    GENES_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    MAX_FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    genes: _containers.RepeatedScalarFieldContainer[str]
    consequences: _containers.RepeatedScalarFieldContainer[str]
    max_frequency: float
    def __init__(self, genes: _Optional[_Iterable[str]] = ..., consequences: _Optional[_Iterable[str]] = ..., max_frequency: _Optional[float] = ...) -> None: ...

class Spectrum(_message.Message):
    __slots__ = ("contexts", "genes", "by", "where")
    CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    GENES_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    contexts: bool
    genes: _containers.RepeatedScalarFieldContainer[str]
    by: _containers.RepeatedScalarFieldContainer[str]
    where: str
    def __init__(self, contexts: bool = ..., genes: _Optional[_Iterable[str]] = ..., by: _Optional[_Iterable[str]] = ..., where: _Optional[str] = ...) -> None: ...

class SiteFrequencies(_message.Message):
    __slots__ = ("region", "gene", "where", "by")
    REGION_FIELD_NUMBER: _ClassVar[int]
    GENE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    region: str
    gene: str
    where: str
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, region: _Optional[str] = ..., gene: _Optional[str] = ..., where: _Optional[str] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("table", "value", "condition", "covariates", "tissue", "features", "logarithm", "where", "most")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    TISSUE_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    LOGARITHM_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    MOST_FIELD_NUMBER: _ClassVar[int]
    table: str
    value: str
    condition: str
    covariates: _containers.RepeatedScalarFieldContainer[str]
    tissue: str
    features: _containers.RepeatedScalarFieldContainer[str]
    logarithm: bool
    where: str
    most: int
    def __init__(self, table: _Optional[str] = ..., value: _Optional[str] = ..., condition: _Optional[str] = ..., covariates: _Optional[_Iterable[str]] = ..., tissue: _Optional[str] = ..., features: _Optional[_Iterable[str]] = ..., logarithm: bool = ..., where: _Optional[str] = ..., most: _Optional[int] = ...) -> None: ...
