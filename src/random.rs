//! Numbers and codes from the platform's randomness (feature `getrandom`). The rest of the crate accepts random bytes as values.

use crate::ride::new_order_id;

/// Draws a new order number (channelPartnerOrderId): a UUID of version 4.
///
/// ```
/// assert_eq!(meituan_protocol::ride::random_order_id()?.len(), 36);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Where the platform has no randomness.
pub fn random_order_id() -> std::io::Result<String> {
    bytes().map(new_order_id)
}

/// Digits and capital letters without those that are mistaken for others: I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Draws a code for a ticket that nobody can guess: 16 digits and capital letters, of which none is mistaken for another (80 bits;
/// Meituan documents 20 characters at most). Keep it with the idempotency key of its order: a function that runs again has to return
/// the same codes.
///
/// ```
/// assert_eq!(meituan_protocol::ticket::random_voucher_code()?.len(), 16);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Where the platform has no randomness.
pub fn random_voucher_code() -> std::io::Result<String> {
    let characters = bytes::<16>()?.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Ok(characters.into_iter().collect())
}

fn bytes<const LENGTH: usize>() -> std::io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn order_numbers_are_uuids_of_version_4_and_no_two_are_alike() {
        let drawn: BTreeSet<String> = (0..1000).map(|_| random_order_id().unwrap()).collect();
        assert_eq!(drawn.len(), 1000);
        for id in drawn {
            assert_eq!((id.len(), id.as_bytes()[14], b"89ab".contains(&id.as_bytes()[19])), (36, b'4', true), "{id}");
        }
    }

    #[test]
    fn codes_have_every_character_that_cannot_be_mistaken_and_no_other() {
        let drawn: BTreeSet<String> = (0..1000).map(|_| random_voucher_code().unwrap()).collect();
        assert_eq!(drawn.len(), 1000);
        let characters: BTreeSet<u8> = drawn.iter().flat_map(|code| code.bytes()).collect();
        assert!(characters.iter().eq(ALPHABET.iter()));
    }
}
