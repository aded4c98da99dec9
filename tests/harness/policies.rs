//! Policy files to be altered before the servers start: a copy of the shipped ones
//! of the consortium, and a holder's own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Site, root};

/// The policy files of a committee or of a holder.
#[derive(Clone, Debug)]
pub struct Policies {
    folder: PathBuf,
}

impl Policies {
    /// Those in a folder, which a running server may read.
    pub(crate) fn of(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Their folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Copies the shipped ones of the consortium.
    pub(crate) fn copy(to: &Path) -> Self {
        copy(&root().join("policies/consortium"), to);
        // What must not change is what a test is about to change.
        fs::remove_file(to.join("tests.csv")).unwrap();
        Self {
            folder: to.to_owned(),
        }
    }

    /// Writes a holder's: whatever the consortium allows at these datasets, each with
    /// its release profile, the holder allows too.
    pub(crate) fn of_holder(to: &Path, site: Site, datasets: &[(String, String)]) {
        fs::create_dir_all(to).unwrap();
        let files = Self {
            folder: to.to_owned(),
        };
        let name = site.holder();
        files.write(
            "holder.toml",
            &format!("name = \"{name}\"\ntime_zone = \"Asia/Tokyo\"\n"),
        );
        files.write(
            "datasets.csv",
            "dataset,tier_rule,profile,consent_codes,industry,countries,without_record,embargo_months\n",
        );
        files.write(
            "rules.csv",
            "dataset,project,organisation,country,sector,effect,since,until\n\
             *,*,*,*,*,allow,2024-04-01,2035-12-31\n",
        );
        for (dataset, profile) in datasets {
            let row = format!("{dataset},detailed,{profile},GRU,yes,*,counted,0");
            files.add("datasets.csv", &row);
        }
    }

    /// The consortium's release profile of a dataset.
    pub(crate) fn profile_of(&self, dataset: &str) -> String {
        let text = self.read("datasets.csv");
        let mut rows = text.lines().map(|line| line.split(','));
        let row = rows.find_map(|mut row| (row.next() == Some(dataset)).then_some(row));
        row.and_then(|mut row| row.nth(1))
            .unwrap_or_else(|| panic!("`datasets.csv` has no `{dataset}`"))
            .to_owned()
    }

    /// Adds a row to a file, for example to `projects.csv`.
    pub fn add(&self, file: &str, row: &str) -> &Self {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{}\n{row}\n", text.trim_end())).unwrap();
        self
    }

    /// Replaces a text of a file.
    ///
    /// # Panics
    ///
    /// If the file does not hold it.
    pub fn replace(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "`{file}` holds no `{from}`");
        fs::write(&path, text.replace(from, to)).unwrap();
        self
    }

    /// Lifts the embargo of `demo-cancer`: data that stand in its place may not say
    /// when anybody was registered.
    pub(crate) fn lift_embargo(&self) {
        self.replace("datasets.csv", ",detailed,18,", ",detailed,0,");
    }

    /// Adds a project of the Midori Institute like P-0001, for aiko-tanaka and
    /// the dataset `demo-cancer`.
    pub fn add_project(&self, project: &str, query_budget: u64) -> &Self {
        let until = "2035-12-31";
        self.add(
            "projects.csv",
            &format!("{project},A project of the tests,midori-institute,disease:MONDO:0004992,non-commercial,IRB-1,2026-04-01,{until},approved,{query_budget}"),
        )
        .add(
            "teams.csv",
            &format!("{project},spiffe://consortium.example/people/aiko-tanaka"),
        )
        .add(
            "grants.csv",
            &format!("{project},demo-cancer,detailed,*,*,,allow,2026-04-01,{until}"),
        )
    }

    /// Adds a researcher of the Midori Institute with a project of their own for
    /// these datasets.
    pub fn add_account(
        &self,
        person: &str,
        project: &str,
        query_budget: u64,
        datasets: &[&str],
    ) -> &Self {
        let until = "2035-12-31";
        let id = format!("spiffe://consortium.example/people/{person}");
        if !self.holds("people.csv", &id) {
            let row = format!("{id},midori-institute,researcher,2024-04-01,{until}");
            self.add("people.csv", &row);
        }
        self.add(
            "projects.csv",
            &format!("{project},A project of the tests,midori-institute,disease:MONDO:0004992,non-commercial,IRB-1,2026-04-01,{until},approved,{query_budget}"),
        )
        .add("teams.csv", &format!("{project},{id}"));
        for dataset in datasets {
            let row = format!("{project},{dataset},detailed,*,*,,allow,2026-04-01,{until}");
            self.add("grants.csv", &row);
        }
        self
    }

    /// Adds a dataset of the east under a profile of the consortium.
    pub(crate) fn add_dataset(&self, dataset: &str, holder: &str, profile: &str) -> &Self {
        self.add(
            "datasets.csv",
            &format!("{dataset},{holder},{profile},detailed,0,GRU"),
        )
    }

    /// The text of a file.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap()
    }

    /// Adds a file, for example `profiles/dp.toml`.
    pub fn write(&self, file: &str, text: &str) -> &Self {
        fs::write(self.folder.join(file), text).unwrap();
        self
    }

    fn holds(&self, file: &str, text: &str) -> bool {
        let path = self.folder.join(file);
        fs::read_to_string(path).unwrap().contains(text)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
