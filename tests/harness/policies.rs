//! A copy of the shipped policies, to be altered before the gateway starts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::root;

/// The committee's files in a folder.
#[derive(Clone, Debug)]
pub struct Policies {
    folder: PathBuf,
}

impl Policies {
    /// Copies the shipped ones.
    pub(crate) fn copy(to: &Path) -> Self {
        copy(&root().join("policies/consortium"), to);
        Self {
            folder: to.to_owned(),
        }
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
