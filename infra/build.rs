//! Generates the EventStoreDB protocol's code from the proto files that ship inside the client crate `kurrentdb`.
//!
//! Where that crate lies is cargo's to say, so this holds for a registry, a mirror and vendored sources alike.
//! Deliberately absent: protoc, and a copy of the files.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "esdb")]
    esdb::generate()?;
    Ok(())
}

#[cfg(feature = "esdb")]
mod esdb {
    use std::error::Error;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    const CLIENT: &str = "kurrentdb";
    const FILES: [&str; 3] = ["streams.proto", "gossip.proto", "serverfeatures.proto"];

    pub(crate) fn generate() -> Result<(), Box<dyn Error>> {
        let protos = protos()?;
        println!("cargo::rerun-if-changed={}", protos.display());
        let descriptors = protox::compile(FILES, [&protos])?;
        tonic_prost_build::configure()
            .build_client(false)
            .build_transport(false)
            .bytes(".")
            .include_file("esdb.rs")
            .compile_fds(descriptors)?;
        Ok(())
    }

    /// The directory of the client's proto files. Offline first; the second try is for a clone whose build fetches
    /// what the whole lock file names.
    fn protos() -> Result<PathBuf, Box<dyn Error>> {
        let manifest = manifest(true).or_else(|_| manifest(false))?;
        let protos = manifest.parent().unwrap_or(Path::new("")).join("protos");
        match protos.is_dir() {
            true => Ok(protos),
            false => Err(format!("the crate {CLIENT} ships no protos: {}", protos.display()).into()),
        }
    }

    fn manifest(offline: bool) -> Result<PathBuf, Box<dyn Error>> {
        let variable = |name| std::env::var(name).map_err(|_| format!("cargo sets {name}"));
        let mut cargo = Command::new(variable("CARGO")?);
        cargo.current_dir(variable("CARGO_MANIFEST_DIR")?);
        cargo.args(["metadata", "--format-version=1", "--locked", "--filter-platform", &variable("TARGET")?]);
        if offline {
            cargo.arg("--offline");
        }
        let output = cargo.output()?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
        packages
            .iter()
            .find(|package| package["name"] == CLIENT)
            .and_then(|package| package["manifest_path"].as_str())
            .map(PathBuf::from)
            .ok_or_else(|| format!("the crate {CLIENT} is not among the dependencies").into())
    }
}
