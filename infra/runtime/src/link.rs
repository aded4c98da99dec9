//! Links that are turned to other files: configuration that is replaced as a whole.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// How often a link is looked at.
const INTERVAL: Duration = Duration::from_millis(300);

/// A folder whose link may be turned: the folder itself, or one of its files, as volumes of
/// Kubernetes have it.
#[derive(Debug)]
pub struct Turning {
    paths: [PathBuf; 2],
    resolved: [Option<PathBuf>; 2],
}

impl Turning {
    /// Looks at a folder and at a file that is in it.
    #[must_use]
    pub fn new(folder: &Path, file: &str) -> Self {
        let paths = [folder.to_owned(), folder.join(file)];
        let resolved = paths.clone().map(|path| fs::canonicalize(path).ok());
        Self { paths, resolved }
    }

    /// Waits until a link leads elsewhere than before. One that leads nowhere for a while, as
    /// while it is replaced, is waited for.
    pub async fn turned(&mut self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let now = self.paths.clone().map(|path| fs::canonicalize(path).ok());
            let there = now.iter().all(Option::is_some);
            if there && now != self.resolved {
                self.resolved = now;
                return;
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[tokio::test]
    async fn a_link_that_is_turned_is_noticed_and_an_edit_is_not() {
        let at = tempfile::tempdir().unwrap();
        for name in ["1", "2"] {
            fs::create_dir(at.path().join(name)).unwrap();
            fs::write(at.path().join(name).join("page"), name).unwrap();
        }
        let link = at.path().join("current");
        symlink("1", &link).unwrap();
        let mut turning = Turning::new(&link, "page");
        fs::write(at.path().join("1/page"), "edited").unwrap();
        let waited = tokio::time::timeout(INTERVAL * 3, turning.turned()).await;
        assert!(waited.is_err());
        symlink("2", at.path().join("new")).unwrap();
        fs::rename(at.path().join("new"), &link).unwrap();
        let waited = tokio::time::timeout(INTERVAL * 5, turning.turned()).await;
        assert!(waited.is_ok());
    }
}
