//! The connection's settings: flags, then `SEKISHO_*`, then a file.

use std::{
    env, fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use sekisho::{Connection, VerifierKey, read_trust};
use sekisho_runtime::config::{self, Paths};
use serde::Deserialize;

use super::{arguments::ConnectionArguments, exit::Ended};

/// What is known of the connection, and where each setting comes from.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) address: Option<Setting>,
    pub(crate) identity: Option<Setting>,
    pub(crate) ca: Option<Setting>,
    pub(crate) project: Option<Setting>,
    pub(crate) trust: Option<Setting>,
    pub(crate) language: Option<Setting>,
    timeout: Duration,
    file: Option<PathBuf>,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) value: String,
    pub(crate) source: Source,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Flag,
    Variable(String),
    File(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("the command line"),
            Self::Variable(name) => f.write_str(name),
            Self::File(file) => write!(f, "`{}`", file.display()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    address: Option<String>,
    identity: Option<String>,
    ca: Option<String>,
    project: Option<String>,
    trust: Option<String>,
    language: Option<String>,
}

impl Settings {
    /// Reads the environment and, if there is one, the visitor's file.
    pub(crate) fn load(flags: ConnectionArguments) -> Result<Self, Ended> {
        let variable = |name: &str| env::var(name).ok();
        Self::layered(flags, variable, env::home_dir().as_deref())
    }

    fn layered(
        flags: ConnectionArguments,
        variable: impl Fn(&str) -> Option<String>,
        home: Option<&Path>,
    ) -> Result<Self, Ended> {
        let file = home.map(|home| home.join(".config/sekisho/config.toml"));
        let read = match &file {
            Some(file) if file.exists() => config::load(file)?,
            _ => File::default(),
        };
        let setting = |name: &str, flag: Option<String>, written: Option<String>| {
            let name = format!("SEKISHO_{}", name.to_uppercase());
            let given = |value: Option<String>, source| {
                let value = value.filter(|value| !value.is_empty())?;
                Some(Setting { value, source })
            };
            given(flag, Source::Flag)
                .or_else(|| given(variable(&name), Source::Variable(name)))
                .or_else(|| given(written, Source::File(file.clone()?)))
        };
        let path = |written: Option<String>| beside(file.as_deref(), home, written);
        Ok(Self {
            address: setting("address", flags.address, read.address),
            identity: setting("identity", flags.identity, path(read.identity)),
            ca: setting("ca", flags.ca, path(read.ca)),
            project: setting("project", flags.project, read.project),
            trust: setting(
                "trust",
                flags.trust,
                match read.trust {
                    // Keys themselves, not a file of them.
                    Some(lines) if lines.contains('+') => Some(lines),
                    trust => path(trust),
                },
            ),
            language: setting("language", flags.language, read.language),
            timeout: Duration::from_secs(flags.timeout),
            file,
        })
    }

    /// What a visit needs, checked for completeness.
    pub(crate) fn connection(&self) -> Result<Connection, Ended> {
        let connection = Connection {
            address: self.required("address", self.address.as_ref())?,
            identity: self.required("identity", self.identity.as_ref())?.into(),
            ca: self.required("ca", self.ca.as_ref())?.into(),
            project: self.required("project", self.project.as_ref())?,
            trust: self.pinned()?,
            language: match &self.language {
                Some(language) => language.value.clone(),
                None => String::new(),
            },
            timeout: self.timeout,
        };
        connection.host_and_port()?;
        Ok(connection)
    }

    /// The keys that the visitor has pinned.
    pub(crate) fn pinned(&self) -> Result<Vec<VerifierKey>, Ended> {
        match &self.trust {
            Some(trust) => Ok(read_trust(&trust.value)?),
            None => Ok(Vec::new()),
        }
    }

    fn required(&self, name: &str, setting: Option<&Setting>) -> Result<String, Ended> {
        setting.map(|setting| setting.value.clone()).ok_or_else(|| {
            let variable = format!("SEKISHO_{}", name.to_uppercase());
            let file = self.file.as_ref().map_or_else(String::new, |file| {
                format!(", or write `{name}` in `{}`", file.display())
            });
            Ended::Usage(format!(
                "no {name} is given; pass --{name}, set {variable}{file}"
            ))
        })
    }
}

/// A path of the file: relative to the file's folder, `~` is the home.
fn beside(file: Option<&Path>, home: Option<&Path>, written: Option<String>) -> Option<String> {
    let written = written.filter(|written| !written.is_empty())?;
    let path = match (written.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => Paths::beside(file?).resolve(&written),
    };
    Some(path.to_string_lossy().into_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::fs;

    use super::*;

    fn home(config: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join(".config/sekisho")).unwrap();
        fs::write(home.path().join(".config/sekisho/config.toml"), config).unwrap();
        home
    }

    fn value(setting: &Option<Setting>) -> &str {
        setting.as_ref().map_or("", |setting| &setting.value)
    }

    #[test]
    fn a_flag_beats_the_environment_and_the_environment_beats_the_file() {
        let home = home("address = 'file:1'\nproject = 'P-file'\nca = 'ca.pem'\n");
        let flags = ConnectionArguments {
            address: Some("flag:1".to_owned()),
            ..ConnectionArguments::default()
        };
        let variables = |name: &str| match name {
            "SEKISHO_ADDRESS" => Some("env:1".to_owned()),
            "SEKISHO_PROJECT" => Some("P-env".to_owned()),
            // Set to nothing is not set.
            "SEKISHO_CA" => Some(String::new()),
            _ => None,
        };
        let settings = Settings::layered(flags, variables, Some(home.path())).unwrap();
        assert_eq!(value(&settings.address), "flag:1");
        assert_eq!(value(&settings.project), "P-env");
        assert_eq!(
            settings.project.unwrap().source,
            Source::Variable("SEKISHO_PROJECT".to_owned())
        );
        assert!(matches!(settings.ca.unwrap().source, Source::File(_)));
        assert_eq!(settings.identity, None);
    }

    #[test]
    fn paths_of_the_file_start_at_its_folder_or_at_the_home() {
        let home = home("identity = 'me.pem'\nca = '~/ca.pem'\ntrust = 'a+00000000+AAAA'\n");
        let flags = ConnectionArguments::default();
        let settings = Settings::layered(flags, |_| None, Some(home.path())).unwrap();
        let folder = home.path().join(".config/sekisho");
        assert_eq!(
            value(&settings.identity),
            folder.join("me.pem").to_string_lossy()
        );
        assert_eq!(
            value(&settings.ca),
            home.path().join("ca.pem").to_string_lossy()
        );
        assert_eq!(value(&settings.trust), "a+00000000+AAAA");
    }

    #[test]
    fn a_misspelt_key_of_the_file_is_an_error_with_its_place() {
        let home = home("address = 'a:1'\nprojekt = 'P-0001'\n");
        let flags = ConnectionArguments::default();
        let error = Settings::layered(flags, |_| None, Some(home.path())).unwrap_err();
        assert!(error.to_string().contains("config.toml:2"), "{error}");
        assert!(error.to_string().contains("projekt"), "{error}");
    }

    #[test]
    fn what_is_missing_is_named_with_the_three_places_it_may_stand() {
        let home = tempfile::tempdir().unwrap();
        let flags = ConnectionArguments::default();
        let settings = Settings::layered(flags, |_| None, Some(home.path())).unwrap();
        let error = settings.connection().unwrap_err().to_string();
        for place in ["--address", "SEKISHO_ADDRESS", "config.toml"] {
            assert!(error.contains(place), "{error}");
        }
    }
}
