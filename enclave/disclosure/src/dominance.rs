//! Whether one or two individuals make up most of a figure.

use crate::Profile;

/// The (2, p %) dominance rule and the p % rule, on what individuals add to a
/// sum, all of it taken as positive: `top` is what the two add who add most.
pub(crate) fn is_dominated(sum: f64, top: [f64; 2], profile: &Profile) -> bool {
    let [first, second] = top;
    // Nobody with an amount looks like one or two with one.
    if sum == 0.0 {
        return true;
    }
    let rest = sum - first - second;
    first + second >= sum * f64::from(profile.dominance_top2_percent) / 100.0
        || rest < first * f64::from(profile.dominance_rest_percent) / 100.0
}
