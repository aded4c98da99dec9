//! What a visit spends beside a query: privacy under `dp`, cells and predicates
//! under `cell-key`, where many figures would let the noise be averaged.

use sekisho_disclosure::{Mechanism, Profile, dp};
use sekisho_ledger::Meter;
use sekisho_query::{
    Planned,
    cells::{self, Finished},
};
use sekisho_runtime::status::Failure;

use crate::{exposure, failure};

/// Cells that one project may see of one snapshot under `cell-key`.
const CELLS: u64 = 2_000;

/// Queries that one project may ask of one dataset in a day under `cell-key`.
const QUERIES_A_DAY: u64 = 200;

const DAY_MS: i64 = 86_400_000;

/// Whose accounts are charged, and when.
pub(crate) struct Payer<'a> {
    pub(crate) project: &'a str,
    pub(crate) dataset: &'a str,
    pub(crate) at_ms: i64,
}

/// ρ that a query takes, in units of 10⁻⁹. A query that noise cannot protect is
/// refused; that hangs on its text alone.
pub(crate) fn rho(planned: &Planned, profiles: &[Profile]) -> Result<u64, Failure> {
    let mut amount = 0_u64;
    for (shape, profile) in under(Mechanism::Dp, &planned.shapes, profiles) {
        let dimensions = cells::dimensions(shape);
        let cost = dp::charge(&dimensions, &cells::statistics(shape), profile);
        amount = amount.saturating_add(cost.map_err(|error| failure::unprotectable(&error))?);
    }
    Ok(amount)
}

/// What a query takes by its text alone.
pub(crate) fn of_query(
    payer: &Payer<'_>,
    planned: &Planned,
    profiles: &[Profile],
) -> Result<Vec<Meter>, Failure> {
    let Payer {
        project,
        dataset,
        at_ms,
    } = payer;
    let mut meters = Vec::new();
    let rho = rho(planned, profiles)?;
    if rho > 0 {
        let least = |share: fn(&Profile) -> f64| {
            let noisy = under(Mechanism::Dp, &planned.shapes, profiles);
            let shares = noisy.map(|(_, profile)| share(profile));
            exposure::nano(shares.fold(f64::INFINITY, f64::min))
        };
        meters.push(Meter {
            account: format!("rho/{project}/{dataset}"),
            amount: rho,
            limit: least(|profile| profile.dp.rho_project),
        });
        meters.push(Meter {
            account: format!("rho//{dataset}"),
            amount: rho,
            limit: least(|profile| profile.dp.rho_dataset),
        });
    }
    if under(Mechanism::CellKey, &planned.shapes, profiles)
        .next()
        .is_some()
    {
        let day = at_ms.div_euclid(DAY_MS);
        meters.push(Meter {
            account: format!("queries/{project}/{dataset}/{day}"),
            amount: 1,
            limit: QUERIES_A_DAY,
        });
    }
    Ok(meters)
}

/// What its figures take, once they are known; nothing unless they are perturbed.
pub(crate) fn of_figures(
    payer: &Payer<'_>,
    snapshot: &str,
    finished: &[Finished],
    profiles: &[Profile],
) -> Vec<Meter> {
    let perturbed = (finished.iter().zip(profiles))
        .filter(|(_, profile)| profile.mechanism == Mechanism::CellKey);
    let cells = |(cut, _): (&Finished, _)| cut.protected.released();
    let amount: u64 = perturbed.clone().map(cells).sum();
    if perturbed.count() == 0 {
        return Vec::new();
    }
    vec![Meter {
        account: format!("cells/{}/{}/{snapshot}", payer.project, payer.dataset),
        amount,
        limit: CELLS,
    }]
}

fn under<'a, S>(
    mechanism: Mechanism,
    shapes: &'a [S],
    profiles: &'a [Profile],
) -> impl Iterator<Item = (&'a S, &'a Profile)> {
    let pairs = shapes.iter().zip(profiles);
    pairs.filter(move |(_, profile)| profile.mechanism == mechanism)
}
