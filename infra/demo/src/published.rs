//! Distributions of quality metrics.
//!
//! The whole-genome ones follow the whole-genome QC figures published by a
//! national cancer programme in February 2023: for each metric and tissue
//! mean, median, smallest and largest value, and the shares beyond limits
//! (mapped rate ≤ 99 %, duplicates ≥ 20 % and ≥ 30 %). The first and last
//! knots, the one at 0.5 and those at the limits are the published figures;
//! the others are set so that the mean is the published one. The published
//! shares of depth (< 30×, < 120×) do not fit the published medians and are
//! left aside.

use crate::quantiles::Quantiles;

/// The metrics of one tissue's whole genomes.
pub(crate) struct GenomeQuality {
    /// Reads mapped, %.
    pub(crate) mapped_rate: Quantiles,
    /// Duplicate reads, %.
    pub(crate) duplicate_rate: Quantiles,
    /// Mean insert size, bp.
    pub(crate) insert_size: Quantiles,
    /// Mean depth, reads a base.
    pub(crate) depth: Quantiles,
}

/// Normal tissue: means 99.8 %, 13.1 %, 487 bp, 31.5×.
pub(crate) const NORMAL: GenomeQuality = GenomeQuality {
    mapped_rate: Quantiles(&[
        (0.0, 79.1),
        (0.0005, 91.0),
        (0.005, 97.6),
        (0.031, 99.0),
        (0.06, 99.74),
        (0.25, 99.85),
        (0.5, 99.9),
        (0.75, 99.96),
        (1.0, 100.0),
    ]),
    duplicate_rate: Quantiles(&[
        (0.0, 3.3),
        (0.05, 6.6),
        (0.25, 9.6),
        (0.5, 12.2),
        (0.75, 15.4),
        (0.872, 20.0),
        (0.96, 22.0),
        (0.99, 30.0),
        (1.0, 36.9),
    ]),
    insert_size: Quantiles(&[
        (0.0, 137.0),
        (0.01, 330.0),
        (0.25, 405.0),
        (0.5, 441.0),
        (0.6, 510.0),
        (0.75, 590.0),
        (0.95, 660.0),
        (0.995, 740.0),
        (1.0, 862.0),
    ]),
    depth: Quantiles(&[
        (0.0, 4.7),
        (0.005, 22.0),
        (0.1, 25.6),
        (0.25, 27.5),
        (0.5, 29.7),
        (0.75, 33.4),
        (0.95, 40.6),
        (0.995, 60.0),
        (1.0, 148.8),
    ]),
};

/// Tumour tissue: means 99.9 %, 13.7 %, 486 bp, 120.9×.
pub(crate) const TUMOR: GenomeQuality = GenomeQuality {
    mapped_rate: Quantiles(&[
        (0.0, 95.6),
        (0.001, 99.0),
        (0.01, 99.74),
        (0.1, 99.82),
        (0.25, 99.87),
        (0.5, 99.9),
        (0.75, 99.96),
        (1.0, 100.0),
    ]),
    duplicate_rate: Quantiles(&[
        (0.0, 3.9),
        (0.05, 7.2),
        (0.25, 10.0),
        (0.5, 12.7),
        (0.75, 16.3),
        (0.844, 20.0),
        (0.96, 22.7),
        (0.994, 30.0),
        (1.0, 35.7),
    ]),
    insert_size: Quantiles(&[
        (0.0, 224.0),
        (0.01, 330.0),
        (0.25, 405.0),
        (0.5, 439.0),
        (0.6, 508.0),
        (0.75, 588.0),
        (0.95, 660.0),
        (0.995, 730.0),
        (1.0, 786.0),
    ]),
    depth: Quantiles(&[
        (0.0, 57.3),
        (0.005, 85.0),
        (0.1, 103.0),
        (0.25, 108.7),
        (0.5, 116.1),
        (0.75, 128.5),
        (0.95, 156.0),
        (0.995, 184.0),
        (1.0, 231.2),
    ]),
};

/// Depth before and after removal of duplicates, of four of the ten normals that lost most;
/// what others lost was not published.
pub(crate) const LOST_MOST: [(f64, f64); 4] =
    [(34.7, 4.7), (30.7, 10.4), (106.8, 38.9), (180.5, 66.0)];

/// The metrics of exomes, as Picard's HsMetrics names them; the shapes are
/// those of a public population cohort's exomes.
pub(crate) struct ExomeQuality {
    /// Reads mapped, %.
    pub(crate) mapped_rate: Quantiles,
    /// Duplicate reads, %.
    pub(crate) duplicate_rate: Quantiles,
    /// `MEAN_TARGET_COVERAGE`, reads a base.
    pub(crate) depth: Quantiles,
    /// `PCT_SELECTED_BASES`, as %.
    pub(crate) selected_rate: Quantiles,
    /// `PCT_TARGET_BASES_20X`, as %.
    pub(crate) target_20x_rate: Quantiles,
    /// `FOLD_80_BASE_PENALTY`.
    pub(crate) fold_80_penalty: Quantiles,
}

/// Exomes of the population cohort.
pub(crate) const EXOME: ExomeQuality = ExomeQuality {
    mapped_rate: Quantiles(&[
        (0.0, 88.0),
        (0.02, 96.0),
        (0.1, 98.2),
        (0.5, 99.3),
        (0.9, 99.8),
        (1.0, 100.0),
    ]),
    duplicate_rate: Quantiles(&[
        (0.0, 1.2),
        (0.1, 3.5),
        (0.5, 6.8),
        (0.9, 13.0),
        (0.99, 21.0),
        (1.0, 38.0),
    ]),
    depth: Quantiles(&[
        (0.0, 28.0),
        (0.1, 55.0),
        (0.5, 80.0),
        (0.9, 125.0),
        (0.99, 180.0),
        (1.0, 290.0),
    ]),
    selected_rate: Quantiles(&[
        (0.0, 48.0),
        (0.1, 66.0),
        (0.5, 76.0),
        (0.9, 85.0),
        (1.0, 93.0),
    ]),
    target_20x_rate: Quantiles(&[
        (0.0, 55.0),
        (0.05, 72.0),
        (0.5, 87.0),
        (0.9, 94.0),
        (1.0, 98.5),
    ]),
    fold_80_penalty: Quantiles(&[(0.0, 1.6), (0.1, 2.0), (0.5, 2.7), (0.9, 3.9), (1.0, 7.5)]),
};
