//! Rates of events over person-time, and their ratios: exact, of Poisson's law.

use statrs::distribution::{Beta, ContinuousCDF as _, Gamma};

use crate::Unfit;

/// What lies beyond either limit of 95 % confidence.
const TAIL: f64 = 0.025;

/// A rate, or a ratio of rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// What is most likely.
    pub value: f64,
    /// The lower limit of its 95 % confidence interval.
    pub lower: f64,
    /// The upper one.
    pub upper: f64,
}

/// Events, and the time in which they were seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// How many. Whole numbers from 0.
    pub events: f64,
    /// Over how much person-time, above 0.
    pub time: f64,
}

/// Events per unit of time, with the exact limits of Garwood (1936).
///
/// # Errors
///
/// [`Unfit`] without any time.
pub fn rate(seen: Seen) -> Result<Estimate, Unfit> {
    let Seen { events, time } = sound(seen)?;
    let quantile = |shape: f64, p: f64| match Gamma::new(shape, 1.0) {
        Ok(law) => law.inverse_cdf(p),
        // Of no events the lower limit is 0.
        Err(_) => 0.0,
    };
    Ok(Estimate {
        value: events / time,
        lower: quantile(events, TAIL) / time,
        upper: quantile(events + 1.0, 1.0 - TAIL) / time,
    })
}

/// How many times one rate is another, and the two-sided probability of a ratio as far from
/// 1 by chance. Of all events together the share of the one is binomial: the limits are
/// those of Clopper and Pearson, and the probability is twice that of the smaller tail, so
/// that both say the same.
///
/// # Errors
///
/// [`Unfit`] without any time, or where nothing happened in either.
pub fn ratio(one: Seen, other: Seen) -> Result<(Estimate, f64), Unfit> {
    let (one, other) = (sound(one)?, sound(other)?);
    if one.events <= 0.0 || other.events <= 0.0 {
        return Err(Unfit::TooLittle);
    }
    let law = |a: f64, b: f64| Beta::new(a, b).map_err(|_| Unfit::TooLittle);
    let (below, above) = (
        law(one.events, other.events + 1.0)?,
        law(one.events + 1.0, other.events)?,
    );
    let of_share = |share: f64| share / (1.0 - share) * other.time / one.time;
    let expected = one.time / (one.time + other.time);
    // As many events of the one, or more; as many, or fewer.
    let (more, fewer) = (below.cdf(expected), above.sf(expected));
    let estimate = Estimate {
        value: one.events / one.time / (other.events / other.time),
        lower: of_share(below.inverse_cdf(TAIL)),
        upper: of_share(above.inverse_cdf(1.0 - TAIL)),
    };
    Ok((estimate, (2.0 * more.min(fewer)).min(1.0)))
}

fn sound(seen: Seen) -> Result<Seen, Unfit> {
    let is_sound = seen.events >= 0.0 && seen.time > 0.0 && seen.time.is_finite();
    is_sound.then_some(seen).ok_or(Unfit::TooLittle)
}
