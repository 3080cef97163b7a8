//! Addresses: which ports Meituan reaches, and the mail that announces a change.

use super::super::working_days::Calendar;
use crate::message::definition::Verdict;
use crate::money::parse_decimal;
use crate::time::{Timestamp, wall_clock};
use crate::{Error, ErrorCode};

/// The ports that an address may use when it is an IP with a port (acceptance manual, part four; it names 9855 twice).
pub const PORTS: [u16; 27] = [
    25, 80, 110, 143, 443, 587, 3899, 7000, 8001, 8010, 8080, 8081, 8082, 8084, 8085, 8086, 8090, 8889, 8998, 8999, 9050, 9855,
    37521, 41035, 58080, 58081, 58082,
];

/// Whether Meituan reaches a production URL. A host name with a port that is not listed is unchecked: the acceptance manual
/// speaks of IP addresses. What is no URL is broken.
pub fn check_port(url: &str) -> Verdict {
    let (default, rest) = match (after(url, "http://"), after(url, "https://")) {
        (Some(rest), _) => (80, rest),
        (_, Some(rest)) => (443, rest),
        _ => return Verdict::Broken,
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
                true => Verdict::Kept,
                false if is_ip => Verdict::Broken,
                false => Verdict::Unchecked,
            }
        }
        _ => Verdict::Broken,
    }
}

/// What follows the scheme, in bytes.
fn after<'u>(url: &'u str, scheme: &str) -> Option<&'u [u8]> {
    let (start, rest) = url.as_bytes().split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme.as_bytes()).then_some(rest)
}

/// How many working days ahead a change is announced (acceptance manual, part six).
pub const NOTICE_WORKING_DAYS: u32 = 3;

/// Recipients of the mail, beside the sales contact (acceptance manual, part six).
pub const RECIPIENTS: [&str; 2] = ["hb.trip.api@meituan.com", "ask.api@meituan.com"];

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// 更换接口地址: other URLs.
    Address,
    /// 系统升级: an upgrade at the same URLs.
    Upgrade,
}

/// A change of endpoint that must be announced to Meituan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOfEndpoint {
    /// Name of the supplier's system (PMS名称).
    pub pms_name: String,
    /// The supplier's number at Meituan.
    pub partner_id: u32,
    /// What is changed.
    pub kind: ChangeKind,
    /// When it begins (升级时间).
    pub upgrade_at: Timestamp,
    /// What it touches (影响范围).
    pub scope: String,
    /// When all is online again (升级完成，恢复上线时间).
    pub restored_at: Timestamp,
    /// Mail address of the sales contact at Meituan (美团销售，商家负责BD).
    pub sales_contact: String,
}

/// A mail, to be sent by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The recipients (收件人).
    pub to: Vec<String>,
    /// The subject (主题).
    pub subject: String,
    /// The body (正文).
    pub body: String,
}

impl ChangeOfEndpoint {
    /// The mail that announces it, sent now.
    ///
    /// # Errors
    /// `RULE_BROKEN` with rule `endpoint.change-notice` at `upgradeAt` when fewer than three working days are left: the
    /// detail has the earliest time. `EMPTY_TEXT`, `OUT_OF_RANGE` or `INVALID_CONFIG` with the path of what cannot be used.
    pub fn mail(&self, now: Timestamp, calendar: &Calendar) -> Result<Mail, Error> {
        let lines = [("pmsName", &self.pms_name), ("scope", &self.scope), ("salesContact", &self.sales_contact)];
        for (path, text) in lines {
            if text.trim().is_empty() {
                return Err(Error::at(ErrorCode::EmptyText, path));
            }
            if text.chars().any(char::is_control) {
                return Err(Error::at(ErrorCode::InvalidConfig, path).detail("control characters"));
            }
        }
        let address = self.sales_contact.split_once('@').filter(|(name, host)| !name.is_empty() && !host.contains('@'));
        if address.is_none_or(|(_, host)| host.is_empty()) || self.sales_contact.contains([' ', ',', ';', '<', '>']) {
            return Err(Error::at(ErrorCode::InvalidConfig, "salesContact").detail("expected one mail address"));
        }
        let earliest = calendar.add_working_days(now, NOTICE_WORKING_DAYS);
        if self.upgrade_at < earliest {
            let mut error = Error::at(ErrorCode::RuleBroken, "upgradeAt");
            error.detail = ["earliest ", &wall_clock(earliest)].concat();
            error.rule = Some(super::Name::ChangeNotice.point().id);
            return Err(error);
        }
        if self.restored_at < self.upgrade_at {
            return Err(Error::at(ErrorCode::OutOfRange, "restoredAt").detail("before upgradeAt"));
        }
        let what = match self.kind {
            ChangeKind::Address => "更换接口地址",
            ChangeKind::Upgrade => "系统升级",
        };
        let partner_id = self.partner_id.to_string();
        let subject = ["【", &self.pms_name, "】【", &partner_id, "】", what].concat();
        let body = [
            &subject,
            "，升级时间：",
            &wall_clock(self.upgrade_at),
            "，影响范围：",
            &self.scope,
            "，升级完成（恢复上线时间）：",
            &wall_clock(self.restored_at),
        ];
        let mut to = vec![self.sales_contact.clone()];
        to.extend(RECIPIENTS.map(str::to_owned));
        Ok(Mail { to, body: body.concat(), subject })
    }
}
