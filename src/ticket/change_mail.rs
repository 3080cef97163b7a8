//! The mail that announces another address or an upgrade to Meituan (acceptance manual, part six).
//!
//! ```
//! use meituan_protocol::ticket::change_mail::{ChangeKind, ChangeOfEndpoint};
//! use meituan_protocol::ticket::working_days::Calendar;
//! use meituan_protocol::time::parse_wall_clock;
//!
//! let at = |text: &str| parse_wall_clock(text.as_bytes()).unwrap();
//! let change = ChangeOfEndpoint {
//!     pms_name: "云台票务".into(),
//!     partner_id: 1122,
//!     kind: ChangeKind::Address,
//!     upgrade_at: at("2026-04-09 02:00:00"),
//!     scope: "全部接口".into(),
//!     restored_at: at("2026-04-09 04:00:00"),
//!     sales_contact: "sales@example.com".into(),
//! };
//! let mail = change.mail(at("2026-04-01 10:00:00"), Calendar::shipped())?;
//! assert_eq!(mail.subject, "【云台票务】【1122】更换接口地址");
//! # Ok::<(), meituan_protocol::Error>(())
//! ```

use super::acceptance::{NOTICE_WORKING_DAYS, change_notice};
use super::working_days::Calendar;
use crate::secret::debug_shows;
use crate::time::{Timestamp, wall_clock};
use crate::{Error, ErrorCode};
use serde::Serialize;

/// Recipients of the mail, beside the sales contact (acceptance manual, part six).
pub const RECIPIENTS: [&str; 2] = ["hb.trip.api@meituan.com", "ask.api@meituan.com"];

/// The kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// 更换接口地址: other URLs.
    Address,
    /// 系统升级: an upgrade at the same URLs.
    Upgrade,
}

/// A change of endpoint that must be announced to Meituan.
#[derive(Clone, PartialEq, Eq)]
pub struct ChangeOfEndpoint {
    /// Name of the supplier's system (PMS名称).
    pub pms_name: String,
    /// The supplier's number at Meituan.
    pub partner_id: u32,
    /// The kind of change.
    pub kind: ChangeKind,
    /// When it begins (升级时间).
    pub upgrade_at: Timestamp,
    /// The parts that it concerns (影响范围).
    pub scope: String,
    /// When all is online again (升级完成，恢复上线时间).
    pub restored_at: Timestamp,
    /// Mail address of the sales contact at Meituan (美团销售，商家负责BD).
    pub sales_contact: String,
}

debug_shows!(ChangeOfEndpoint { pms_name, partner_id, kind, upgrade_at, scope, restored_at });

/// A mail, to be sent by the caller.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The recipients (收件人).
    pub to: Vec<String>,
    /// The subject (主题).
    pub subject: String,
    /// The body (正文).
    pub body: String,
}

// It is to persons.
debug_shows!(Mail { subject });

impl ChangeOfEndpoint {
    /// The mail that announces it, sent now.
    ///
    /// # Errors
    /// `RULE_BROKEN` with rule `endpoint.change-notice` at `upgradeAt` when fewer than three working days are left: the
    /// detail has the earliest time. `EMPTY_STRING`, `OUT_OF_RANGE` or `INVALID_CONFIG` with the path of what cannot be used.
    pub fn mail(&self, now: Timestamp, calendar: &Calendar) -> Result<Mail, Error> {
        let lines = [("pmsName", &self.pms_name), ("scope", &self.scope), ("salesContact", &self.sales_contact)];
        for (path, text) in lines {
            if text.trim().is_empty() {
                return Err(Error::at(ErrorCode::EmptyString, path));
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
            error.rule = Some(change_notice().id);
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
