//! The answer to a gate, and the tickets that let guests in.

use super::event::Credential;

crate::messages! {
    /// A ticket, or several with one code, that lets guests in now.
    Admission {
        /// The code (凭证码); absent for tickets without codes.
        voucher "voucher": string, optional bearer;
        /// The credentials that the ticket was issued for (real-name orders).
        credentials "credentials": list(object(Credential)), optional;
        /// How many guests.
        quantity "quantity": count, required;
    }

    /// The answer to a gate.
    Admittance {
        /// The tickets that let guests in: the gate opens for these.
        admitted "admitted": list(object(Admission)), required;
        /// A name that lets nobody in.
        refused "refused": list(object(NotAdmitted)), required;
    }

    /// Guests whom nothing lets in.
    NotAdmitted {
        /// The code (凭证码) that they were named by.
        voucher "voucher": string, optional bearer;
        /// The credential that they were named by.
        credential "credential": object(Credential), optional;
        /// How many guests.
        quantity "quantity": count, required;
        /// Why: the id of a [`Reason`](super::Reason).
        reason "reason": string, required;
    }
}
