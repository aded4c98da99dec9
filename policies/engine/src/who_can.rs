//! Everybody to whom a dataset is open at a moment.

use crate::{
    access::{Access, Whom},
    set::PolicySet,
};

impl PolicySet {
    /// Who may do something with a dataset at a moment, by person and project. `None` if there is
    /// no such dataset.
    pub fn who_can(&self, dataset: &str, at: jiff::Timestamp) -> Option<Vec<(Whom, Access)>> {
        self.datasets.get(dataset)?;
        let day = self.day(at);
        let everybody = self.everybody().into_iter();
        let of_dataset = everybody.filter(|whom| whom.dataset == dataset);
        let with_access = of_dataset.map(|whom| {
            let access = self.access(&whom, day);
            (whom, access)
        });
        Some(
            with_access
                .filter(|(_, access)| !access.is_nothing())
                .collect(),
        )
    }
}
