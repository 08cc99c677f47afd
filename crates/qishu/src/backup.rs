//! `qishu backup` and `qishu restore`: one sealed file with every row, every file they name, and the authority.
//!
//! The rows are of one moment and are read first; files are immutable, so those they name cannot have changed since. The file is
//! a tar archive inside a sealed stream. The master key is not in it: it opens the file, and is kept somewhere else.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use qishu_authority::{MasterKey, SealedReader, SealedWriter};
use qishu_blob::{Blobs, Digest};
use qishu_config::{Config, Storage};
use qishu_store::backup::{Export, Import, Page, schema_version};
use qishu_store::ledger::{self, Head};
use qishu_store::{Reader, blob_names};
use serde_json::{Value, json};

use crate::clock::system_now;
use crate::wiring::{open_migrated, open_store_with};
use crate::{Failure, verify};

/// Version of the archive's own form.
const FORMAT: u64 = 1;
const PURPOSE: &str = "backup";
/// Bytes of files kept in memory; every one is read once.
const CACHE_BYTES: usize = 1 << 20;

/// How much was written or read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    rows: u64,
    blobs: u64,
}

type Archive = tar::Builder<SealedWriter<BufWriter<File>>>;

/// Writes a backup of a running or stopped installation.
pub(crate) async fn backup(config: Config, file: &Path) -> Result<ExitCode, Failure> {
    if file.exists() {
        return Err(format!("{} exists; a backup never overwrites one", file.display()).into());
    }
    let master = existing_key(&config)?;
    let store = open_store_with(&config, &master).await?;
    let part = with_suffix(file, ".part");
    let out = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .map_err(|error| format!("{}: {error}", part.display()))?;
    let mut archive: Archive = tar::Builder::new(SealedWriter::new(&master, PURPOSE, BufWriter::new(out))?);
    let mut reader = store.read("backup");
    let count = write_all(&config, &mut archive, &mut reader).await?;
    drop(reader);
    let out = archive.into_inner()?.finish()?;
    out.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    fs::rename(&part, file)?;
    store.close().await;
    println!("{}: {} rows, {} files", file.display(), count.rows, count.blobs);
    println!(
        "it opens with {} only, which is not in it",
        config.authority.master_key_file.display()
    );
    Ok(ExitCode::SUCCESS)
}

async fn write_all(config: &Config, archive: &mut Archive, reader: &mut Reader) -> Result<Count, Failure> {
    let head = ledger::head(reader).await?;
    let manifest = json!({
        "format": FORMAT,
        "product": env!("CARGO_PKG_VERSION"),
        "schema": schema_version(),
        "madeAt": system_now().date_time_text(),
        "ledger": { "number": head.number, "hash": hex(&head.hash) },
    });
    append(archive, "manifest.json", manifest.to_string().as_bytes())?;
    let mut count = Count::default();
    let names = blob_names::list(reader).await?;
    let mut export = Export::default();
    while let Some(page) = export.next(reader).await? {
        append(
            archive,
            &format!("rows/{}/{}", page.table, count.rows),
            &page.lines,
        )?;
        count.rows += page.rows;
    }
    let Storage::Folder(folder) = &config.storage;
    let blobs = Blobs::in_folder(folder.clone(), CACHE_BYTES)?;
    for name in names {
        let digest = Digest::from_bytes(name);
        let bytes = blobs
            .get(&digest)
            .await
            .map_err(|error| format!("the file {digest} that the database names cannot be read: {error}"))?;
        append(archive, &format!("blobs/{digest}"), &bytes)?;
        count.blobs += 1;
    }
    let root = config.data_dir.join("authority");
    for path in files_below(&root)? {
        let name = path
            .strip_prefix(&root)?
            .to_str()
            .ok_or("a file of the authority has an odd name")?
            .to_owned();
        append(archive, &format!("authority/{name}"), &fs::read(&path)?)?;
    }
    let end = json!({ "rows": count.rows, "blobs": count.blobs });
    append(archive, "end.json", end.to_string().as_bytes())?;
    Ok(count)
}

fn append(archive: &mut Archive, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    Ok(archive.append_data(&mut header, name, bytes)?)
}

/// Writes a backup into an installation that holds nothing yet, and checks the promises on it.
pub(crate) async fn restore(config: Config, file: &Path) -> Result<ExitCode, Failure> {
    let master = existing_key(&config)?;
    let input = File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut archive = tar::Archive::new(SealedReader::new(&master, PURPOSE, BufReader::new(input))?);
    let store = open_migrated(&config, &master).await?;
    let mut entries = archive.entries()?;
    let first = next_entry(&mut entries)?;
    let head = read_manifest(&first)?;
    let mut import = Import::begin(store.begin("restore")).await?;
    let Storage::Folder(folder) = &config.storage;
    let blobs = Blobs::in_folder(folder.clone(), CACHE_BYTES)?;
    let mut count = Count::default();
    let expected = loop {
        let entry = next_entry(&mut entries)?;
        match entry.parts().as_slice() {
            ["rows", table, _] => {
                let page = Page {
                    table: (*table).to_owned(),
                    rows: 0,
                    lines: entry.bytes.clone(),
                };
                import.page(&page).await?;
            }
            ["blobs", name] => {
                let digest = blobs.put(Bytes::copy_from_slice(&entry.bytes)).await?;
                if digest.to_string() != *name {
                    return Err(format!("the backup's file {name} is another one, {digest}").into());
                }
                count.blobs += 1;
            }
            ["authority", ..] => place(&config.data_dir, &entry)?,
            ["end.json"] => break read_count(&entry)?,
            _ => return Err(format!("the backup has an unknown part {}", entry.name.display()).into()),
        }
    };
    if expected.blobs != count.blobs {
        return Err(format!("{} files came, {} were stored", count.blobs, expected.blobs).into());
    }
    import.finish(expected.rows, head).await?;
    store.close().await;
    println!(
        "restored {} rows and {} files; checking the promises",
        expected.rows, expected.blobs
    );
    verify::all(config).await
}

/// One part of the archive.
struct Part {
    name: PathBuf,
    bytes: Vec<u8>,
}

impl Part {
    /// The names between the slashes; none for a name that leads out of its folder.
    fn parts(&self) -> Vec<&str> {
        let part = |component| match component {
            Component::Normal(name) => std::ffi::OsStr::to_str(name),
            _ => None,
        };
        self.name
            .components()
            .map(part)
            .collect::<Option<Vec<&str>>>()
            .unwrap_or_default()
    }
}

fn next_entry<R: Read>(entries: &mut tar::Entries<'_, R>) -> Result<Part, Failure> {
    let mut entry = entries.next().ok_or("the backup has no end")??;
    let name = entry.path()?.into_owned();
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    Ok(Part { name, bytes })
}

fn read_manifest(part: &Part) -> Result<Head, Failure> {
    let manifest: Value = serde_json::from_slice(&part.bytes).map_err(|_| "this is no backup of qishu")?;
    if manifest["format"] != json!(FORMAT) {
        return Err(format!(
            "a backup of the form {} cannot be read by this version",
            manifest["format"]
        )
        .into());
    }
    if manifest["schema"] != json!(schema_version()) {
        return Err(format!(
            "the backup is of tables {}, this version has {}; restore it with version {} and upgrade then",
            manifest["schema"],
            schema_version(),
            manifest["product"].as_str().unwrap_or_default()
        )
        .into());
    }
    let hash = manifest["ledger"]["hash"]
        .as_str()
        .and_then(|text| text.parse::<Digest>().ok());
    let number = manifest["ledger"]["number"].as_i64();
    match (number, hash) {
        (Some(number), Some(hash)) => Ok(Head {
            number,
            hash: *hash.as_bytes(),
        }),
        _ => Err("the backup does not say where its ledger ends".into()),
    }
}

fn read_count(part: &Part) -> Result<Count, Failure> {
    let end: Value = serde_json::from_slice(&part.bytes)?;
    let number = |name: &str| end[name].as_u64().ok_or("the end of the backup is unreadable");
    Ok(Count {
        rows: number("rows")?,
        blobs: number("blobs")?,
    })
}

/// Writes a file of the authority. One that is there already must be the same, so that a restore can be begun again.
fn place(data_dir: &Path, part: &Part) -> Result<(), Failure> {
    let path = data_dir.join(part.parts().iter().collect::<PathBuf>());
    if path.exists() {
        return if fs::read(&path)? == part.bytes {
            Ok(())
        } else {
            Err(format!(
                "{} is there already and is another one; restore into an empty folder",
                path.display()
            )
            .into())
        };
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    file.write_all(&part.bytes)?;
    Ok(file.sync_all()?)
}

/// The master key, which neither command may make.
fn existing_key(config: &Config) -> Result<MasterKey, Failure> {
    let path = &config.authority.master_key_file;
    if !path.exists() {
        return Err(format!(
            "the master key {} is missing; put the one of this installation there",
            path.display()
        )
        .into());
    }
    Ok(MasterKey::from_file(path)?)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn hex(bytes: &[u8; 32]) -> String {
    Digest::from_bytes(*bytes).to_string()
}
