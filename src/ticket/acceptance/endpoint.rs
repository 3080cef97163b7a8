//! Addresses: which ports Meituan reaches, and how long ahead a change is announced.

use crate::message::definition::RuleVerdict;
use crate::money::parse_decimal;

/// The ports that an address may use when it is an IP with a port (acceptance manual, part four; it names 9855 twice).
pub const PORTS: [u16; 27] = [
    25, 80, 110, 143, 443, 587, 3899, 7000, 8001, 8010, 8080, 8081, 8082, 8084, 8085, 8086, 8090, 8889, 8998, 8999, 9050, 9855,
    37521, 41035, 58080, 58081, 58082,
];

/// Whether Meituan reaches a production URL. A host name with a port that is not listed is unchecked: the acceptance manual
/// speaks of IP addresses. A string that is no URL is broken.
pub fn check_port(url: &str) -> RuleVerdict {
    let (default, rest) = match (after(url, "http://"), after(url, "https://")) {
        (Some(rest), _) => (80, rest),
        (_, Some(rest)) => (443, rest),
        _ => return RuleVerdict::Broken,
    };
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let user = authority.iter().position(|&byte| byte == b'@').map_or(0, |at| at + 1);
    let address = authority.get(user..).unwrap_or_default();
    // Within brackets a colon is part of the address.
    let colon = address.iter().rposition(|&byte| byte == b':' || byte == b']').filter(|&at| address.get(at) == Some(&b':'));
    let (host, port) = address.split_at(colon.unwrap_or(address.len()));
    let is_ip = host.first() == Some(&b'[') || host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let port = match port {
        [] | [_] => Some(default),
        [_, digits @ ..] => parse_decimal(digits, 0),
    };
    match port {
        Some(port) if !host.is_empty() && (0..1 << 16).contains(&port) => {
            match PORTS.iter().any(|&listed| i64::from(listed) == port) {
                true => RuleVerdict::Kept,
                false if is_ip => RuleVerdict::Broken,
                false => RuleVerdict::Unchecked,
            }
        }
        _ => RuleVerdict::Broken,
    }
}

/// The part after the scheme, in bytes.
fn after<'u>(url: &'u str, scheme: &str) -> Option<&'u [u8]> {
    let (start, rest) = url.as_bytes().split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme.as_bytes()).then_some(rest)
}

/// How many working days ahead a change is announced (acceptance manual, part six).
pub const NOTICE_WORKING_DAYS: u32 = 3;
