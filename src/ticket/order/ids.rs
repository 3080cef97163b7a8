//! Places of ids in long lists: an event about thousands of tickets looks thousands of them up.

use std::collections::BTreeMap;

/// Number of look-ups that read through the list; for more of them a table is made.
const FEW: usize = 8;

/// The places of ids in a list that only grows while this is used.
#[derive(Debug, Default)]
pub(super) struct Ids {
    look_ups: usize,
    places: BTreeMap<String, u32>,
    /// Number of items that have a place here.
    known: usize,
}

impl Ids {
    /// The first item with this id.
    pub(super) fn place<T>(&mut self, list: &[T], id_of: fn(&T) -> &str, id: &str) -> Option<usize> {
        self.look_ups += 1;
        if self.look_ups <= FEW {
            return list.iter().position(|item| id_of(item) == id);
        }
        for (place, item) in list.iter().enumerate().skip(self.known) {
            self.places.entry(id_of(item).to_owned()).or_insert(place as u32);
        }
        self.known = list.len();
        self.places.get(id).map(|&place| place as usize)
    }
}
