//! Who of a group has how many copies of an allele, by places in the group.

use super::{GenotypeGroup, Span};

/// The places of a group's individuals, in ascending order of individuals, by the positions
/// of their samples.
#[derive(Debug)]
pub struct Places<'g> {
    group: &'g GenotypeGroup,
    of_position: Vec<u32>,
}

/// Places by genotype; of everybody else there is no copy. To be used again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// With one copy.
    pub one: Vec<u32>,
    /// With two.
    pub two: Vec<u32>,
    /// Whose genotype is unknown.
    pub missing: Vec<u32>,
}

impl<'g> Places<'g> {
    /// Of a group.
    pub fn of(group: &'g GenotypeGroup) -> Self {
        let individuals = group.individuals();
        let place = |unit: &u32| {
            let before = individuals
                .contains(*unit)
                .then(|| individuals.rank(*unit) - 1);
            before.map_or(u32::MAX, |before| u32::try_from(before).unwrap_or(u32::MAX))
        };
        Self {
            of_position: group.units().iter().map(place).collect(),
            group,
        }
    }

    /// Reads who has how many copies of a variant of a span; of a variant that is not of it,
    /// nobody has any.
    pub fn read(&self, span: &Span, variant: u32, copies: &mut Copies) {
        let Copies { one, two, missing } = copies;
        for places in [&mut *one, &mut *two, &mut *missing] {
            places.clear();
        }
        let into = [one, two, missing];
        if self.group.has_several() {
            let individuals = self.group.individuals();
            for (places, units) in into.into_iter().zip(span.copies(variant, self.group)) {
                // In ascending order both.
                let before = units
                    .iter()
                    .map(|unit| individuals.rank(unit).saturating_sub(1));
                places.extend(before.filter_map(|before| u32::try_from(before).ok()));
            }
            return;
        }
        for (places, number) in into.into_iter().zip(0..) {
            span.each_position(variant, number, self.group, |position| {
                places.extend(self.of_position.get(position as usize));
            });
        }
    }
}
