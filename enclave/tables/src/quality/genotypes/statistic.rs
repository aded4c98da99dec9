//! The figures that are computed from genotypes, by the names of a source's fields.

/// A figure of each sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    CallRate,
    Heterozygosity,
    TiTv,
    HetHom,
    InsertionDeletion,
    Singletons,
    NonReference,
    XHeterozygosity,
    XInbreeding,
    SexMismatch,
    Kinship,
    Duplicates,
    FirstDegree,
    SecondDegree,
    TumorNormalCorrelation,
    TumorNormalSites,
    TumorNormalMismatch,
}

impl Statistic {
    pub(crate) const ALL: [Self; 17] = [
        Self::CallRate,
        Self::Heterozygosity,
        Self::TiTv,
        Self::HetHom,
        Self::InsertionDeletion,
        Self::Singletons,
        Self::NonReference,
        Self::XHeterozygosity,
        Self::XInbreeding,
        Self::SexMismatch,
        Self::Kinship,
        Self::Duplicates,
        Self::FirstDegree,
        Self::SecondDegree,
        Self::TumorNormalCorrelation,
        Self::TumorNormalSites,
        Self::TumorNormalMismatch,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CallRate => "call_rate",
            Self::Heterozygosity => "heterozygosity",
            Self::TiTv => "ti_tv",
            Self::HetHom => "het_hom",
            Self::InsertionDeletion => "insertion_deletion",
            Self::Singletons => "singletons",
            Self::NonReference => "non_reference",
            Self::XHeterozygosity => "x_heterozygosity",
            Self::XInbreeding => "x_inbreeding",
            Self::SexMismatch => "sex_mismatch",
            Self::Kinship => "kinship",
            Self::Duplicates => "duplicates",
            Self::FirstDegree => "first_degree",
            Self::SecondDegree => "second_degree",
            Self::TumorNormalCorrelation => "tumor_normal_correlation",
            Self::TumorNormalSites => "tumor_normal_sites",
            Self::TumorNormalMismatch => "tumor_normal_mismatch",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.name() == name)
    }

    /// Whether it needs what `individuals` says of people's sex.
    pub(crate) fn is_of_sex(self) -> bool {
        self == Self::SexMismatch
    }

    /// Whether it is read from the chromosome X.
    pub(super) fn is_of_x(self) -> bool {
        matches!(
            self,
            Self::XHeterozygosity | Self::XInbreeding | Self::SexMismatch
        )
    }

    /// Whether it compares the samples of different individuals.
    pub(super) fn is_of_kinship(self) -> bool {
        matches!(
            self,
            Self::Kinship | Self::Duplicates | Self::FirstDegree | Self::SecondDegree
        )
    }

    /// Whether it compares the tumour and the normal samples of an individual.
    pub(crate) fn is_of_pairs(self) -> bool {
        matches!(
            self,
            Self::TumorNormalCorrelation | Self::TumorNormalSites | Self::TumorNormalMismatch
        )
    }
}
