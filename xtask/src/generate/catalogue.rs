//! The catalogue of the messages' fields.

use super::apis::Api;
use meituan_protocol::message::definition::{Enumeration, Kind, Message, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that some APIs' messages are made of, each thing once.
pub(super) struct Catalogue<'a> {
    pub(super) apis: &'a [Api],
    pub(super) objects: BTreeMap<&'static str, &'static Message>,
    /// Those of them that are read out of packed messages: the others cross as JSON.
    pub(super) packed: BTreeSet<&'static str>,
    pub(super) enumerations: BTreeMap<&'static str, &'static Enumeration>,
    /// Those of them that fields of messages have: the others are stored, or said otherwise.
    pub(super) spoken: BTreeSet<&'static str>,
    /// Objects that can be received: their enumerations are open.
    pub(super) received: BTreeMap<&'static str, ()>,
}

impl<'a> Catalogue<'a> {
    pub(super) fn of(apis: &'a [Api]) -> Self {
        let mut catalogue = Catalogue {
            apis,
            objects: BTreeMap::new(),
            packed: BTreeSet::new(),
            enumerations: BTreeMap::new(),
            spoken: BTreeSet::new(),
            received: BTreeMap::new(),
        };
        for api in apis {
            for spoken in &api.messages {
                catalogue.add(spoken.message, spoken.is_received, true);
            }
        }
        catalogue.packed = catalogue.objects.keys().copied().collect();
        catalogue.spoken = catalogue.enumerations.keys().copied().collect();
        for api in apis {
            for enumeration in api.further {
                catalogue.add_enumeration(enumeration);
            }
            for message in &api.inner {
                catalogue.add(message, false, false);
            }
        }
        catalogue
    }

    fn add(&mut self, message: &'static Message, received: bool, envelope: bool) {
        if !envelope {
            let names = |message: &Message| message.fields.iter().map(|field| field.name).collect::<Vec<_>>();
            let other = self.objects.insert(message.name.as_str(), message);
            assert!(other.is_none_or(|other| names(other) == names(message)), "two objects are named {}", message.name);
        }
        if received {
            self.received.insert(message.name.as_str(), ());
        }
        for field in message.fields {
            let mut kind = &field.kind;
            while let Kind::List { item, .. } = kind {
                kind = item;
            }
            match kind {
                Kind::Object(nested) => self.add(nested, received, false),
                Kind::Code(enumeration) => self.add_enumeration(enumeration),
                _ => {}
            }
        }
    }

    fn add_enumeration(&mut self, enumeration: &'static Enumeration) {
        let names = |table: &Enumeration| table.values.iter().map(|row| (row.value, row.name)).collect::<Vec<_>>();
        let other = self.enumerations.insert(enumeration.name, enumeration);
        assert!(other.is_none_or(|other| names(other) == names(enumeration)), "two tables are named {}", enumeration.name);
    }

    /// In the order of their numbers.
    pub(super) fn messages(&self) -> impl Iterator<Item = &'static Message> {
        self.apis.iter().flat_map(|api| api.messages.iter().map(|spoken| spoken.message))
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.apis.iter().flat_map(|api| api.rules.iter().copied())
    }
}
