//! The same consortium twice, over data that differ by one person.

use crate::{Builder, Consortium, Dataset, Policies};

/// Consortiums that hold the data as they are, and as they were not.
///
/// Keys and policies are the same in all, and every ledger is new: what one
/// tells and another does not comes from the data. The victim is the last in
/// every file, so that all others have the same index in all.
#[derive(Debug)]
pub struct Worlds {
    /// With the victim.
    pub with: Consortium,
    /// Without the victim.
    pub without: Consortium,
    /// With the victim, of whom something else is true.
    pub flipped: Consortium,
}

impl Worlds {
    /// Starts the three. The datasets stand for `demo-cancer`.
    pub fn start(
        with: &Dataset,
        flip: impl FnOnce(&mut crate::Person),
        policies: impl Fn(&Policies) + Clone + 'static,
    ) -> Self {
        let mut flipped = with.clone();
        if let Some(victim) = flipped.people.last_mut() {
            flip(victim);
        }
        let started = |dataset: Dataset, keys: Option<&Consortium>| {
            let builder: Builder = Consortium::builder()
                .dataset(crate::Site::East, dataset)
                .policies(policies.clone());
            match keys {
                Some(of) => builder.keys_of(of).start(),
                None => builder.start(),
            }
        };
        let first = started(with.clone(), None);
        Self {
            without: started(with.clone().without_last(), Some(&first)),
            flipped: started(flipped, Some(&first)),
            with: first,
        }
    }
}
