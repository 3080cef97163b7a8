//! The vectors that the tests of Rust and JavaScript share, as the seeds need them.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of vectors.
#[derive(Debug, Clone)]
pub struct Vectors(PathBuf);

impl Vectors {
    /// Those in this folder.
    pub fn below(folder: PathBuf) -> Self {
        Vectors(folder)
    }

    /// Every file in this folder and below it that has this name, or this end of its name, in the order of their paths.
    pub(crate) fn files(&self, folder: &str, end: &str) -> Vec<Vec<u8>> {
        let mut paths = Vec::new();
        collect(&self.0.join(folder), &mut paths);
        paths.retain(|path| path.to_string_lossy().ends_with(end));
        paths.sort();
        assert!(!paths.is_empty(), "no vector is called {folder}/…{end}");
        paths.iter().map(|path| read(path)).collect()
    }

    pub(crate) fn json(&self, folder: &str, end: &str) -> Vec<Value> {
        self.files(folder, end).iter().map(|file| serde_json::from_slice(file).expect("a vector is JSON")).collect()
    }

    pub(crate) fn file(&self, path: &str) -> Vec<u8> {
        read(&self.0.join(path))
    }

    /// Recordings of exchanges.
    pub(crate) fn traces(&self) -> Vec<Value> {
        let vectors = self.json("acceptance", ".json");
        let cases = vectors.iter().flat_map(|vector| vector["cases"].as_array().cloned().unwrap_or_default());
        cases.map(|case| case["trace"].clone()).chain(self.json("trace", ".json")).collect()
    }

    /// The messages in them: the call's name, the request, the reply. The same message is in many of them.
    pub(crate) fn exchanges(&self) -> Vec<(String, Value, Value)> {
        let mut all: Vec<(String, Value, Value)> = Vec::new();
        for trace in self.traces() {
            for exchange in trace["exchanges"].as_array().into_iter().flatten() {
                let name = exchange["call"].as_str().unwrap_or_default().to_owned();
                all.push((name, exchange["request"].clone(), exchange["response"].clone()));
            }
        }
        all.sort_by_key(|(name, request, reply)| format!("{name} {request} {reply}"));
        all.dedup();
        all
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of vectors is there") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() { collect(&path, paths) } else { paths.push(path) }
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a vector can be read")
}

/// A field's text; empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}
