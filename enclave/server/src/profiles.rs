//! The holder's release profiles, and which of them a release is under.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, bail};
use sekisho_disclosure::Profile;
use sekisho_policies::HolderSet;
use sekisho_tables::Catalogue;

/// Profiles by name.
#[derive(Debug)]
pub(crate) struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// Reads every `*.toml` of a folder; a file is named as the profile in it.
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Self> {
        let mut profiles = BTreeMap::new();
        let named = || format!("the release profiles in `{}`", folder.display());
        for entry in fs::read_dir(folder).with_context(named)? {
            let path = entry.with_context(named)?.path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let profile = Profile::from_toml(&text).with_context(|| path.display().to_string())?;
            if path
                .file_stem()
                .is_none_or(|stem| stem != profile.name.as_str())
            {
                bail!(
                    "{}: the profile calls itself `{}`; name the file so",
                    path.display(),
                    profile.name
                );
            }
            profiles.insert(profile.name.clone(), profile);
        }
        if profiles.is_empty() {
            bail!("{} are none; write one, for example standard.toml", named());
        }
        Ok(Self(profiles))
    }

    /// Checks that every profile that a dataset names is here.
    pub(crate) fn check(&self, catalogue: &Catalogue) -> anyhow::Result<()> {
        let tables = catalogue
            .tables
            .iter()
            .filter_map(|table| table.profile.as_ref());
        for name in tables.chain([&catalogue.profile]) {
            if !self.0.contains_key(name) {
                bail!(
                    "dataset `{}` names the profile `{name}`, which is not here",
                    catalogue.dataset
                );
            }
        }
        Ok(())
    }

    /// Checks that the profiles that the holder's files name are here.
    pub(crate) fn check_holder(&self, holder: &HolderSet) -> anyhow::Result<()> {
        for (dataset, name) in holder.profiles() {
            if !self.0.contains_key(name) {
                bail!(
                    "the holder's files name the profile `{name}` for `{dataset}`, which is not here"
                );
            }
        }
        Ok(())
    }

    /// Whether one profile withholds all that another does. One that is not here
    /// withholds nothing.
    pub(crate) fn is_as_strict(&self, name: &str, least: &str) -> bool {
        let both = self.0.get(name).zip(self.0.get(least));
        both.is_some_and(|(profile, least)| profile.is_as_strict_as(least))
    }

    /// The profile of a release over some tables: the strictest of the holder's
    /// for each of them, and of the permit's. None if one is unknown.
    pub(crate) fn of(
        &self,
        catalogue: &Catalogue,
        tables: &[String],
        permit: &str,
    ) -> Option<Profile> {
        let asked = self.0.get(permit)?.clone();
        tables.iter().try_fold(asked, |strictest, table| {
            let own = catalogue
                .table(table)?
                .profile
                .as_ref()
                .unwrap_or(&catalogue.profile);
            Some(strictest.stricter(self.0.get(own)?))
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn shipped() -> Profiles {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/consortium/profiles");
        Profiles::load(&folder).unwrap()
    }

    fn catalogue() -> Catalogue {
        let table = |name: &str, profile: Option<&str>| sekisho_tables::Table {
            name: name.into(),
            label: sekisho_tables::Label::Private,
            rows: sekisho_tables::Rows::ManyPerIndividual,
            profile: profile.map(Into::into),
            columns: vec![],
            published: None,
        };
        Catalogue {
            dataset: "d".into(),
            title: String::new(),
            holder: String::new(),
            assembly: "GRCh38".into(),
            profile: "standard".into(),
            tables: vec![
                table("individuals", None),
                table("qc_metrics", Some("technical")),
            ],
        }
    }

    #[test]
    fn a_join_takes_the_strictest_of_its_tables_and_of_the_permit() {
        let profiles = shipped();
        let of = |tables: &[&str], permit: &str| {
            let tables: Vec<String> = tables.iter().map(|table| (*table).to_owned()).collect();
            profiles
                .of(&catalogue(), &tables, permit)
                .map(|profile| profile.name)
        };
        assert_eq!(
            of(&["qc_metrics"], "technical").as_deref(),
            Some("technical")
        );
        assert_eq!(of(&["qc_metrics"], "standard").as_deref(), Some("standard"));
        assert_eq!(
            of(&["individuals", "qc_metrics"], "technical").as_deref(),
            Some("standard")
        );
        assert_eq!(of(&["individuals"], "strict").as_deref(), Some("strict"));
        assert_eq!(of(&["individuals"], "none-such"), None);
    }

    #[test]
    fn a_dataset_that_names_an_unknown_profile_is_refused() {
        let mut catalogue = catalogue();
        catalogue.profile = "none-such".into();
        assert!(shipped().check(&catalogue).is_err());
    }
}
