//! Sees to it that the folder of the page exists before `rust-embed` resolves it: a path that was missing then is kept
//! with its `..`, and no file of a page built later is found below it. Names the folder to cargo where the page is taken
//! into the binary, so that one built anew is taken in anew; a debug build reads it as it runs, and need not be built again.

fn main() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/dist");
    let read_as_it_runs = std::env::var_os("PROFILE").is_some_and(|profile| profile == "debug");
    println!("cargo::rerun-if-changed={}", if read_as_it_runs { "build.rs" } else { page });
    if let Err(error) = std::fs::create_dir_all(page) {
        println!(
            "cargo::warning=the folder of the page, {page}, could not be made ({error}); build the page first"
        );
    }
}
