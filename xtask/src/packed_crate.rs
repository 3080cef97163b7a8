//! The crate as it is published, in a program outside the workspace.

use std::path::PathBuf;

use crate::tools::{self, Outcome, cargo, create_folder, remove_folder, run, target};

/// The features that the program uses: few, serde of its own, all that there is.
const USES: [&[&str]; 3] = [&[], &["--features", "serde"], &["--features", "serde,everything"]];

/// Packs the crate, and tests the program in `tests/outside` with it.
pub(crate) fn test(filter: Option<&str>) -> Outcome {
    pack()?;
    for features in USES {
        let mut command = cargo("test");
        command.args(["--manifest-path", "tests/outside/Cargo.toml", "--locked"]).args(features);
        crate::test::cargo_tests(command.env("CARGO_TARGET_DIR", target().join("outside")), filter)?;
    }
    Ok(())
}

/// Where the packed crate is unpacked.
pub(crate) fn folder() -> PathBuf {
    target().join("packed-crate")
}

/// Packs the crate as it is published, and unpacks it.
pub(crate) fn pack() -> Outcome {
    run(cargo("package").args(["--package", "meituan-protocol", "--no-verify", "--allow-dirty", "--quiet"]))?;
    let packed = tools::files_under(&target().join("package"))?;
    let newest = packed.iter().filter(|file| file.ends_with(".crate") && !file.contains('/'));
    let Some(archive) =
        newest.max_by_key(|file| target().join("package").join(file).metadata().and_then(|file| file.modified()).ok())
    else {
        return Err("cargo package has left no archive".to_owned());
    };
    let folder = folder();
    remove_folder(&folder)?;
    create_folder(&folder)?;
    let mut unpack = std::process::Command::new("tar");
    unpack.arg("-xzf").arg(target().join("package").join(archive)).arg("--strip-components=1").arg("-C").arg(&folder);
    run(&mut unpack)
}
