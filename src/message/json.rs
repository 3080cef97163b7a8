//! The writer of JSON: whatever this crate writes goes through here, be it a Rust value (`value`) or a message in packed form (`write`).

use crate::secret::debug_shows;

/// Appends an object, field by field.
pub struct ObjectWriter<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

debug_shows!(ObjectWriter<'_> {});

impl<'o> ObjectWriter<'o> {
    /// Opens an object.
    pub fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        ObjectWriter { out, first: true }
    }

    /// Appends the key of a field, and returns where its value goes. The name has nothing in it that JSON escapes.
    #[inline(never)]
    pub(crate) fn entry(&mut self, name: &str) -> &mut Vec<u8> {
        self.separate();
        quoted(name.as_bytes(), self.out);
        self.out.push(b':');
        self.out
    }

    /// Goes on to another field, whose key and value go where this returns.
    pub(crate) fn separate(&mut self) -> &mut Vec<u8> {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        self.out
    }

    /// Appends fields that are written already, as they are between the braces of an object.
    pub(crate) fn fields(&mut self, written: &[u8]) {
        if !written.is_empty() {
            self.separate().extend_from_slice(written);
        }
    }

    /// Appends a field whose value is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &[u8]) {
        self.entry(name).extend_from_slice(json);
    }

    /// Appends a field that is an object.
    pub(crate) fn nested(&mut self, name: &str, fill: impl FnOnce(&mut ObjectWriter<'_>)) {
        push_object(self.entry(name), fill);
    }

    /// Returns how much is written, from the first byte of what it is appended to.
    pub(crate) fn written(&self) -> usize {
        self.out.len()
    }

    /// Closes the object.
    pub fn end(self) {
        self.out.push(b'}');
    }
}

/// Appends an object.
pub(crate) fn push_object(out: &mut Vec<u8>, fill: impl FnOnce(&mut ObjectWriter<'_>)) {
    let mut object = ObjectWriter::begin(out);
    fill(&mut object);
    object.end();
}

/// Appends a list of these, each as `put` appends it.
pub(crate) fn push_list<T>(items: impl IntoIterator<Item = T>, out: &mut Vec<u8>, mut put: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        put(item, out);
    }
    out.push(b']');
}

/// Appends a piece in quotes that has nothing in it to escape, or is escaped already.
pub(super) fn quoted(piece: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(piece);
    out.push(b'"');
}

/// Appends a string as JSON.
#[inline(never)]
pub(crate) fn push_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        let (plain, others) = rest.split_at(at);
        let (byte, others) = (others[0], &others[1..]);
        out.extend_from_slice(plain);
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => {
                let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble & 15)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
            }
        }
        rest = others;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}
