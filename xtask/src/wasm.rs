//! The steps between the compiler and wasm-opt, and the parts of the module.

use std::collections::{BTreeMap, BTreeSet};

use walrus::ir::{Call, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, DataKind, FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module};

use crate::tools::Outcome;

/// Functions that run once a panic is certain.
const PANICS: [&str; 12] = [
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::cell::panic_already",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "rust_begin_unwind",
    "std::panicking::",
];

/// Functions that make a panic's message.
const FORMATTING: [&str; 2] = ["core::fmt::", "core::str::count::do_count_chars"];

/// Leaves nothing of a panic but the trap that it ends in. On this target its message goes nowhere, so that nobody can see the
/// difference, and the code that puts it together is a tenth of the module.
///
/// # Errors
/// When formatting is used for anything else: it would trap.
pub(crate) fn cut_panics(module: &mut Module) -> Outcome {
    let mut cut = Vec::new();
    for (id, function) in module.funcs.iter_local() {
        if is(module, id, &PANICS) || is(module, id, &FORMATTING) {
            cut.push(id);
            continue;
        }
        let mut callees = Callees::default();
        dfs_in_order(&mut callees, function, function.entry_block());
        if let Some(callee) = callees.0.into_iter().find(|callee| is(module, *callee, &FORMATTING)) {
            return Err(format!(
                "{} uses {}: the code behind the wasm boundary must do without formatting",
                name(module, id),
                name(module, callee)
            ));
        }
    }
    for id in cut {
        let signature = module.types.get(module.funcs.get(id).ty());
        let (parameters, results) = (signature.params().to_vec(), signature.results().to_vec());
        let arguments = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
        let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
        builder.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
    }
    Ok(())
}

/// Blanks where in the sources panics are: once they are cut, nobody asks. The room stays, but compressed it is nothing.
pub(crate) fn drop_locations(module: &mut Module) {
    /// Where the path is, its length, line and column.
    const LOCATION: usize = 16;
    let ids: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in ids {
        let data = module.data.get_mut(id);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else { continue };
        let number =
            |at: usize| data.value.get(at..at + 4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let path_named_at = |at: usize| {
            let begin = number(at)?.checked_sub(start as u32)? as usize;
            let path = begin..begin.checked_add(number(at + 4)? as usize)?;
            let text = data.value.get(path.clone())?;
            (text.ends_with(b".rs") && text.iter().all(u8::is_ascii_graphic)).then_some(path)
        };
        let places = (0..data.value.len().saturating_sub(LOCATION - 1)).step_by(4);
        let found: Vec<_> = places.filter_map(|at| Some([at..at + LOCATION, path_named_at(at)?])).flatten().collect();
        for range in found {
            data.value[range].fill(0);
        }
    }
}

#[derive(Default)]
struct Callees(Vec<FunctionId>);

impl<'i> Visitor<'i> for Callees {
    fn visit_call(&mut self, call: &Call) {
        self.0.push(call.func);
    }
}

fn is(module: &Module, id: FunctionId, paths: &[&str]) -> bool {
    let name = name(module, id);
    paths.iter().any(|path| name.contains(path))
}

/// A function's path, without the hashes that the compiler adds to it.
fn name(module: &Module, id: FunctionId) -> String {
    let name = module.funcs.get(id).name.as_deref().unwrap_or("?");
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut pieces = name.split('[');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(']') {
            Some((hash, rest)) if is_hash(hash) => plain.push_str(rest),
            _ => plain.extend(["[", piece]),
        }
    }
    match plain.rsplit_once("::h") {
        Some((path, hash)) if is_hash(hash) => path.to_owned(),
        _ => plain,
    }
}

/// How many bytes of code each module of ours and each crate brings, largest first. For a module with its names.
pub(crate) fn code_by_module(wasm: &[u8]) -> Outcome<Vec<(String, usize)>> {
    let module = Module::from_buffer(wasm).map_err(|error| format!("the optimized wasm: {error:#}"))?;
    let mut sizes = BTreeMap::<String, usize>::new();
    for (id, function) in module.funcs.iter_local() {
        *sizes.entry(owner(&name(&module, id))).or_default() += bytes_of(function);
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Ok(sizes)
}

/// The crates that functions in the module are of. For a module with its names.
pub(crate) fn crates(wasm: &[u8]) -> Outcome<BTreeSet<String>> {
    let module = Module::from_buffer(wasm).map_err(|error| format!("the wasm: {error:#}"))?;
    Ok(module.funcs.iter_local().flat_map(|(id, _)| crates_in(&name(&module, id))).collect())
}

/// All crates that a function's path names: what is generic is compiled for types of others.
fn crates_in(name: &str) -> BTreeSet<String> {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut found = BTreeSet::new();
    let mut rest = name;
    while let Some(at) = rest.find("::") {
        let before = &rest[..at];
        let start = before.rfind(|character| !is_word(character)).map_or(0, |place| place + 1);
        let is_first = !before[..start].ends_with("::");
        if is_first && before[start..].starts_with(|first: char| first.is_ascii_lowercase()) {
            found.insert(before[start..].to_owned());
        }
        rest = &rest[at + 2..];
        // The rest of this path is no crate.
        rest = rest.trim_start_matches(|character| is_word(character) || character == ':');
    }
    found
}

fn bytes_of(function: &LocalFunction) -> usize {
    function.original_range.as_ref().map_or(0, |range| range.len())
}

/// The module that a function belongs to: `message::read` of ours, else the crate. Generic code counts where it is written, and
/// inlined code where it went.
fn owner(name: &str) -> String {
    // `<Type as Trait>::function` and `<Type>::function`; a type without a path is a parameter, or everybody's.
    let path = |text: &str| {
        let text = text.trim_start_matches(['<', '&', '*', '(', '[']).trim_start_matches("mut ");
        let end = text.find(|character: char| !(character.is_alphanumeric() || "_:".contains(character)));
        text[..end.unwrap_or(text.len())].trim_end_matches(':').to_owned()
    };
    let of_type = path(name);
    let path = match name.split_once(" as ") {
        Some((_, of_trait)) if !of_type.contains("::") => path(of_trait),
        _ => of_type,
    };
    let mut steps = path.split("::");
    match steps.next() {
        Some("meituan_protocol") => {
            let is_module = |step: &&str| step.starts_with(|first: char| first.is_ascii_lowercase());
            let mut steps: Vec<_> = steps.collect();
            // The last one is the function itself.
            steps.pop();
            steps.into_iter().take_while(is_module).take(2).collect::<Vec<_>>().join("::")
        }
        Some(own) if path.contains("::") => format!("crate {own}"),
        _ => "wasm (exports, with what was inlined into them)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{crates_in, owner};

    #[test]
    fn a_functions_path_names_the_crates_that_it_is_made_of() {
        for (name, expected) in [
            ("meituan_protocol::message::read::Reader::value", "meituan_protocol"),
            ("<alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop", "alloc core"),
            ("aes::soft::fixslice32::sub_bytes", "aes"),
            ("<hmac::Hmac<sha1::Sha1> as digest::Update>::update", "digest hmac sha1"),
            ("ride_receive", ""),
        ] {
            assert_eq!(crates_in(name).into_iter().collect::<Vec<_>>().join(" "), expected, "{name}");
        }
    }

    #[test]
    fn code_belongs_to_a_module_of_ours_or_to_a_crate() {
        for (name, expected) in [
            ("meituan_protocol::message::read::Reader::value", "message::read"),
            ("meituan_protocol::ba::verify", "ba"),
            ("<meituan_protocol::time::Date as core::fmt::Display>::fmt", "time"),
            ("<alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop", "crate alloc"),
            ("<T as base64ct::encoding::Encoding>::encode", "crate base64ct"),
            ("ride_receive", "wasm (exports, with what was inlined into them)"),
        ] {
            assert_eq!(owner(name), expected, "{name}");
        }
    }
}
