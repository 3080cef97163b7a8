//! What a user's crate does with the published one: it calls Meituan's interfaces, and writes down messages of its own.

meituan_protocol::enumerations! {
    /// Who opened a gate.
    Opener {
        1 = GUEST, "游客 · the guest";
        2 = STAFF, "工作人员 · the staff";
    }
}

meituan_protocol::messages! {
    /// A gate was opened.
    Opened {
        /// The ticket's code.
        voucher "voucher": string(20), key;
        /// How many went through.
        quantity "quantity": count, optional;
        /// Who opened it.
        opener "opener": code(Opener), required;
        /// The guest.
        guest "guest": string, optional personal;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meituan_protocol::message::value::FieldValue;
    use meituan_protocol::message::{Packed, Reading, read};
    use meituan_protocol::ticket::{Config, ORDER_CREATE, Supplier};
    use meituan_protocol::{ErrorCode, Secret};

    #[test]
    fn a_message_of_ones_own_is_written_and_read() {
        let opened = Opened::default().voucher("910632001657").opener(Opener::STAFF).guest("王");
        let mut json = Vec::new();
        opened.encode(&mut json);
        let mut packed = Packed::default();
        assert!(read(Opened::MESSAGE, &json, Reading::WIRE, &mut packed));
        assert_eq!(packed.view(Opened::MESSAGE, &json).unwrap().to_typed::<Opened>(), opened);
        assert!(format!("{opened:?}").contains("guest: ***"));
    }

    #[test]
    fn a_supplier_is_made_and_says_what_is_wrong_with_its_configuration() {
        let config = |id: &str| Config::new(1122, id, Secret::new("secret")).route("/mt/order/create", &ORDER_CREATE);
        assert!(Supplier::new(config("client")).is_ok());
        assert_eq!(Supplier::new(config("")).unwrap_err().code, ErrorCode::InvalidConfig);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serde_reads_what_it_wrote() {
        let opened = Opened::default().voucher("910632001657").quantity(2_u32).opener(Opener::GUEST);
        let json = serde_json::to_string(&opened).unwrap();
        assert_eq!(serde_json::from_str::<Opened>(&json).unwrap(), opened);
    }
}
