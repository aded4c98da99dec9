//! The cancers and whom they strike.

/// How a cancer is spread over people; shares and ages of the order that
/// Japan's cancer statistics give.
pub(crate) struct Cancer {
    pub(crate) diagnosis: &'static str,
    /// Of all cases.
    pub(crate) share: f64,
    /// Share of women.
    pub(crate) female: f64,
    /// Mean and deviation, years.
    pub(super) age: (f64, f64),
    /// Weights of stages I to IV.
    pub(super) stages: [f64; 4],
    /// Whether the UICC stage is recorded.
    pub(super) staged: bool,
    /// Median survival in stage II, years.
    pub(super) survival_years: f64,
    /// Weights of never, former, current and unknown among men.
    pub(super) men_smoking: [f64; 4],
}

const MEN: [f64; 4] = [34.0, 36.0, 26.0, 4.0];
const MEN_WITH_LUNG_CANCER: [f64; 4] = [14.0, 44.0, 39.0, 3.0];

const fn cancer(
    diagnosis: &'static str,
    share: f64,
    female: f64,
    age: (f64, f64),
    stages: [f64; 4],
    survival_years: f64,
) -> Cancer {
    Cancer {
        diagnosis,
        share,
        female,
        age,
        stages,
        staged: true,
        survival_years,
        men_smoking: MEN,
    }
}

/// The cancers. Melanomas and thymic cancers are few, so that a table which
/// crosses them with anything has cells below every threshold.
pub(crate) const CANCERS: [Cancer; 12] = [
    cancer(
        "colorectal",
        0.190,
        0.44,
        (68.0, 11.0),
        [26.0, 26.0, 27.0, 21.0],
        9.0,
    ),
    Cancer {
        men_smoking: MEN_WITH_LUNG_CANCER,
        ..cancer(
            "lung",
            0.160,
            0.38,
            (69.0, 9.5),
            [42.0, 9.0, 16.0, 33.0],
            4.5,
        )
    },
    cancer(
        "stomach",
        0.135,
        0.33,
        (70.0, 10.5),
        [55.0, 12.0, 13.0, 20.0],
        6.0,
    ),
    cancer(
        "breast",
        0.135,
        0.993,
        (58.0, 13.0),
        [42.0, 40.0, 12.0, 6.0],
        18.0,
    ),
    cancer(
        "pancreas",
        0.095,
        0.48,
        (69.0, 9.5),
        [9.0, 25.0, 18.0, 48.0],
        1.8,
    ),
    cancer(
        "liver",
        0.080,
        0.30,
        (71.0, 9.0),
        [38.0, 30.0, 19.0, 13.0],
        3.5,
    ),
    cancer(
        "prostate",
        0.065,
        0.0,
        (71.0, 7.5),
        [38.0, 30.0, 16.0, 16.0],
        20.0,
    ),
    cancer(
        "ovary",
        0.060,
        1.0,
        (57.0, 13.0),
        [40.0, 10.0, 32.0, 18.0],
        6.0,
    ),
    cancer(
        "kidney",
        0.045,
        0.31,
        (65.0, 11.5),
        [63.0, 9.0, 14.0, 14.0],
        10.0,
    ),
    Cancer {
        staged: false,
        ..cancer(
            "glioma",
            0.025,
            0.44,
            (55.0, 16.0),
            [0.0, 40.0, 30.0, 30.0],
            4.0,
        )
    },
    cancer(
        "melanoma",
        0.008,
        0.50,
        (66.0, 14.0),
        [35.0, 28.0, 23.0, 14.0],
        8.0,
    ),
    cancer(
        "thymus",
        0.002,
        0.48,
        (62.0, 12.0),
        [36.0, 22.0, 20.0, 22.0],
        9.0,
    ),
];
