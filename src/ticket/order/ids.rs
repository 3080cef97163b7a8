//! Where the ids of long lists are: an event about thousands of tickets looks thousands of them up.

/// So many look-ups read through the list; for more of them a table is made.
const FEW: usize = 8;

/// The places of ids in a list that only grows. Whatever is removed from the list makes it forget them all.
#[derive(Debug, Default)]
pub(super) struct Ids {
    look_ups: usize,
    /// By the hash of its id, or in the next one that is free: the place after an item's own; 0 is nothing.
    slots: Vec<u32>,
    /// So many items have a slot.
    known: usize,
}

impl Ids {
    /// The first item with this id.
    pub(super) fn place<T>(&mut self, list: &[T], id_of: fn(&T) -> &str, id: &str) -> Option<usize> {
        self.look_ups += 1;
        if self.look_ups <= FEW {
            return list.iter().position(|item| id_of(item) == id);
        }
        if self.slots.len() < 2 * list.len() {
            (self.slots, self.known) = (vec![0; (4 * list.len()).next_power_of_two()], 0);
        }
        for (place, item) in list.iter().enumerate().skip(self.known) {
            if let Err(free) = self.find(list, id_of, id_of(item)) {
                self.slots[free] = place as u32 + 1;
            }
        }
        self.known = list.len();
        self.find(list, id_of, id).ok()
    }

    /// Items were removed.
    pub(super) fn forget(&mut self) {
        *self = Ids::default();
    }

    /// The place of the item, or the slot that it would have.
    fn find<T>(&self, list: &[T], id_of: fn(&T) -> &str, id: &str) -> Result<usize, usize> {
        let mut slot = hash(id);
        loop {
            // There are twice as many slots as items, so that one is free.
            slot &= self.slots.len().wrapping_sub(1);
            match self.slots.get(slot) {
                Some(&place) if place > 0 => match list.get(place as usize - 1) {
                    Some(item) if id_of(item) == id => return Ok(place as usize - 1),
                    _ => slot += 1,
                },
                _ => return Err(slot),
            }
        }
    }
}

/// FNV-1a, and its upper half beside the lower one.
fn hash(id: &str) -> usize {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ hash >> 32) as u32 as usize
}
