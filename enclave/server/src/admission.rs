//! The second door: what the data holder's own files say to a permit, and what
//! is left of the dataset for this visit when both doors let it pass.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use sekisho_consent::Use;
use sekisho_policies::{
    Beyond, Demand, Denial, HolderDecision, HolderRequest, HolderSet, HolderTerms, Language,
    Outcome, Telling, Tier,
};
use sekisho_query::{MeasureKind, Planned, Shape};
use sekisho_runtime::status::{Failure, Reason};
use sekisho_tables::Catalogue;

use crate::{
    consent::Permitted,
    enclave::{Enclave, Pinned},
    permit::Verified,
};

/// The holder's policy set in force.
pub(crate) struct HolderPolicies {
    folder: PathBuf,
    demand: Option<Demand>,
    current: RwLock<Arc<HolderSet>>,
}

/// A visit that both doors let pass. Only [`Enclave::admit`] makes one.
pub(crate) struct Admission {
    /// The snapshot is pinned: the whole visit sees one state of the data.
    pub(crate) pinned: Arc<Pinned>,
    /// What of its catalogue may be used.
    pub(crate) catalogue: Catalogue,
    /// Whose data may be used.
    pub(crate) permitted: Permitted,
    /// SHA-256 of the consortium's files that decided.
    pub(crate) policy_digest: [u8; 32],
    /// SHA-256 of the holder's.
    pub(crate) holder_digest: [u8; 32],
    /// The rules of both doors.
    pub(crate) rules: Vec<String>,
    tier: Tier,
    language: Language,
}

impl HolderPolicies {
    /// Loads the holder's files, if `fits` finds nothing against them; nothing is in
    /// force if they are rejected.
    pub(crate) fn load(
        folder: PathBuf,
        demand: Option<Demand>,
        fits: impl FnOnce(&HolderSet) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let set = HolderSet::load_demanding(&folder, demand.as_ref(), fits)?;
        Ok(Self {
            folder,
            demand,
            current: RwLock::new(Arc::new(set)),
        })
    }

    /// Loads them again. If they are rejected, the last good set stays.
    pub(crate) fn reload(
        &self,
        fits: impl FnOnce(&HolderSet) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let set = HolderSet::load_demanding(&self.folder, self.demand.as_ref(), fits)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
        Ok(())
    }

    /// The holder's folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub(crate) fn current(&self) -> Arc<HolderSet> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Enclave {
    /// Puts a permit to the holder's files, and makes its permitted cohort.
    pub(crate) fn admit(&self, verified: &Verified) -> Result<Admission, Failure> {
        let permit = &verified.permit;
        let holder = self.policies.current();
        let at = jiff::Timestamp::from_millisecond(self.clock.now_ms());
        let decision = holder.decide(&HolderRequest {
            dataset: &permit.dataset,
            tier: verified.tier,
            data_use: &verified.data_use,
            at: at.map_err(crate::failure::internal)?,
        });
        let language = verified.language;
        if decision.outcome != Outcome::Allow {
            tracing::info!("the holder's files do not admit a visit");
        }
        let terms = terms(&decision, language)?;
        let pinned = self.pin(&permit.dataset)?;
        if !self.profiles.is_as_strict(&permit.profile, &terms.profile) {
            tracing::error!("a permit names a milder release profile than the holder's files");
            let telling = Beyond::ReleaseProfile.telling(language);
            return Err(failure(Reason::PolicyDenied, telling));
        }
        let mut rules = permit.rules.clone();
        let held = decision.reasons.iter();
        rules.extend(held.map(|reason| format!("holder/{}", reason.rule)));
        let of = Use {
            data_use: terms.data_use.clone(),
            embargo_months: terms.embargo_months.max(verified.embargo_months),
            codes: terms.codes.clone(),
            without_record: terms.without_record.clone(),
            holder: holder.name().to_owned(),
        };
        Ok(Admission {
            catalogue: scope(&pinned.catalogue, verified),
            permitted: self.permitted(&pinned, of)?,
            pinned,
            policy_digest: verified.policy_digest,
            holder_digest: decision.digest,
            rules,
            tier: verified.tier,
            language,
        })
    }
}

impl Admission {
    /// Whether more may be asked than counts.
    pub(crate) fn is_detailed(&self) -> Result<(), Failure> {
        match self.tier {
            Tier::Detailed => Ok(()),
            Tier::Overview => Err(failure(
                Reason::PolicyDenied,
                Beyond::OverviewCounts.telling(self.language),
            )),
        }
    }

    /// Whether the tier lets what was planned be asked.
    pub(crate) fn covers(&self, planned: &Planned) -> Result<(), Failure> {
        if self.tier == Tier::Detailed {
            return Ok(());
        }
        let limit = planned.shapes.iter().find_map(beyond_overview);
        limit.map_or(Ok(()), |limit| {
            Err(failure(Reason::PolicyDenied, limit.telling(self.language)))
        })
    }
}

/// What an overview does not offer: anything but counts, and more than two keys.
fn beyond_overview(shape: &Shape) -> Option<Beyond> {
    let counts = |kind| matches!(kind, MeasureKind::Individuals | MeasureKind::Count);
    if !shape.measures.iter().all(|measure| counts(measure.kind)) {
        return Some(Beyond::OverviewCounts);
    }
    (shape.dimensions.len() > 2).then_some(Beyond::OverviewKeys)
}

/// What of a catalogue a permit lets be used. An overview has no genotypes, nor what tells as
/// much.
fn scope(catalogue: &Catalogue, verified: &Verified) -> Catalogue {
    catalogue.limited_to(|table, column| {
        let in_tier = verified.tier == Tier::Detailed || !table.is_genomic();
        let granted = verified.columns.as_ref().is_none_or(|granted| {
            granted.contains(&column.name)
                || granted.contains(&format!("{}.{}", table.name, column.name))
        });
        in_tier && granted
    })
}

/// The terms of an allow, or what the visitor reads.
fn terms(decision: &HolderDecision, language: Language) -> Result<&HolderTerms, Failure> {
    let telling = || Telling::of(&decision.reasons, language);
    match (&decision.terms, decision.outcome) {
        (Some(terms), Outcome::Allow) => Ok(terms),
        (_, Outcome::Refer) => Err(failure(Reason::PolicyReferred, telling())),
        (_, Outcome::Deny(Denial::Policy)) => Err(failure(Reason::PolicyDenied, telling())),
        // What is not held here and what does not exist are the same.
        _ => Err(crate::failure::not_available()),
    }
}

/// What is told, as a failure.
fn failure(reason: Reason, telling: Telling) -> Failure {
    Failure::new(reason, telling.message)
        .help(telling.help)
        .with("rule", telling.rules)
}
