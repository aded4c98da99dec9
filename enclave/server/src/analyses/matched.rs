//! Treated individuals beside controls that are weighted to be like them.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Sheet,
    matched::{Matching, Question},
    model::Rules,
    survival::Observation,
};
use sekisho_proto::v1;
use sekisho_query::worker::Lost;
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::{
    ANALYSED, Ground, column,
    follow_up::{FollowUp, clause, condition},
    model::{self, Explained, levels},
    unfit, unplanned,
};
use crate::private::Frame;

/// Figures beside those of the model of who is treated: events, and times.
const FIGURES: usize = 2;

/// A question about matched controls, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Who is treated, and what may explain it: exact columns, and those of the propensity.
    model: model::Asked,
    exact: Vec<String>,
    follow_up: FollowUp,
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::Matched) -> Result<Self, Failure> {
        let v1::Matched {
            treated,
            follow_up,
            exact,
            covariates,
            r#where,
        } = asked;
        let field = "analysis.matched.treated";
        let treated = condition(field, &treated)?;
        if treated.is_empty() {
            return Err(Failure::invalid(field, "nobody is treated").help(
                "write a condition, for example `treatment = 'new'`; the others are controls",
            ));
        }
        if exact.is_empty() && covariates.is_empty() {
            let field = "analysis.matched.covariates";
            return Err(Failure::invalid(field, "there is nothing to match by")
                .help("name columns of `individuals`, as `covariates` or as `exact`"));
        }
        let follow_up = FollowUp::read("analysis.matched.follow_up", follow_up)?;
        let all: Vec<String> = exact.iter().cloned().chain(covariates).collect();
        if all.contains(&follow_up.time) {
            let message = format!(
                "`{}` is what comes of it, and is matched by",
                follow_up.time
            );
            return Err(Failure::invalid("analysis.matched.covariates", message)
                .help("leave it out: match by what was known before"));
        }
        let treated = Explained::Condition(treated);
        Ok(Self {
            model: model::Asked::of("analysis.matched", treated, all, &r#where)?,
            exact,
            follow_up,
        })
    }

    pub(super) fn canonical(&self) -> String {
        let exact = self.exact.join(", ");
        format!("matched within {exact} by {}", self.model.canonical())
    }

    /// Whether a query has its figures.
    pub(super) fn has(&self, catalogue: &Catalogue, figures: usize) -> bool {
        let others = figures.checked_sub(FIGURES);
        others.is_some_and(|figures| self.model.has(catalogue, figures))
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        self.follow_up.shortest(catalogue)?;
        for name in &self.exact {
            if levels(column(catalogue, name)?).is_none() {
                let message = format!("column `{name}` of `exact` has no declared values");
                return Err(unfit(&message));
            }
        }
        let (figures, _) = self.model.figures(catalogue)?;
        Ok(format!(
            "SELECT {figures}, {} FROM individuals{}",
            self.follow_up.figures(),
            clause(&self.model.condition, Some(self.follow_up.is_followed()))
        ))
    }

    pub(super) fn sheets(&self, ground: &Ground<'_>) -> Result<Vec<Sheet>, Lost> {
        let catalogue = &ground.admission.catalogue;
        let rules = Rules {
            profile: ground.profile,
            noise: &ground.admission.pinned.noise,
        };
        let (_, frame) = ground.only()?;
        let mut data = self.model.data(frame, catalogue)?;
        let mut observed = observed(frame);
        let having: RoaringBitmap = observed.keys().copied().collect();
        let settled = frame.strata.iter().next().ok_or(Lost)?;
        // As a model's: who has a value for everything, and who of them is treated.
        let mut complete = data.complete(&settled.everybody, rules) & &having;
        ground.settle_among(ANALYSED, &having, [&mut complete].into_iter())?;
        let treated = data.cases(&complete).ok_or(Lost)?;
        data.settle(&ground.settled_part(treated, &complete)?);
        let treated = data.cases(&complete).ok_or(Lost)?;
        let controls = &complete - &treated;
        // Who is matched hangs on what is matched by: two matchings of the same people would
        // differ by those who are left out of one.
        let mut matching = Matching::new(&data, &self.exact, &complete, rules);
        let mut sides = [true, false].map(|side| {
            let matched: RoaringBitmap = matching.matched(side).into_iter().collect();
            matched
        });
        for (side, of) in sides.iter_mut().zip([&treated, &controls]) {
            ground.settle_among(ANALYSED, of, [&mut *side].into_iter())?;
        }
        let [of_treated, of_controls] = &sides;
        matching.settle(of_treated, of_controls, rules);
        // And who of them has the event.
        for side in [true, false] {
            let set: RoaringBitmap = matching.matched(side).into_iter().collect();
            let has = |unit: &u32| observed.get(unit).is_some_and(|of| of.event);
            let events = ground.settled_part(set.iter().filter(has).collect(), &set)?;
            for unit in &set {
                if let Some(of) = observed.get_mut(&unit) {
                    of.event = events.contains(unit);
                }
            }
        }
        let question = Question {
            observed: &observed,
            // It was planned with this catalogue.
            shortest: self.follow_up.shortest(catalogue).map_err(unplanned)?,
            name: &self.follow_up.time,
            rules,
        };
        Ok(matching.sheets(question))
    }
}

/// How long everybody was observed who has a time: events and times stand last.
fn observed(frame: &Frame) -> HashMap<u32, Observation> {
    let rows = frame.rows.iter();
    rows.filter_map(|row| match row.contributions.as_slice() {
        [.., event, time] => {
            let of = FollowUp::observation(event.count > 0, time)?;
            Some((row.unit, of))
        }
        _ => None,
    })
    .collect()
}
