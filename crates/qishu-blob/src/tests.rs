use std::time::{Duration, UNIX_EPOCH};

use super::*;

const CACHE: usize = 1 << 20;

fn folder() -> (tempfile::TempDir, Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(folder.path().join("blobs"), CACHE).unwrap();
    (folder, blobs)
}

fn file_of(folder: &tempfile::TempDir, digest: &Digest) -> PathBuf {
    let name = digest.to_string();
    folder
        .path()
        .join("blobs")
        .join(&name[..2])
        .join(&name[2..4])
        .join(name)
}

fn far_future() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1 << 36)
}

#[tokio::test]
async fn what_is_put_is_read_under_its_digest() {
    let (kept, in_folder) = folder();
    for blobs in [in_folder, Blobs::in_memory()] {
        let digest = blobs.put(Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(
            digest.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(blobs.put(Bytes::from_static(b"abc")).await.unwrap(), digest);
        assert_eq!(blobs.get(&digest).await.unwrap(), "abc");
        assert!(blobs.exists(&digest).await.unwrap());
        let unknown = Digest::of(b"unknown");
        assert!(!blobs.exists(&unknown).await.unwrap());
        assert!(matches!(blobs.get(&unknown).await, Err(BlobError::Missing { digest }) if digest == unknown));
    }
    drop(kept);
}

#[tokio::test]
async fn every_damage_on_disk_is_found_on_reading() {
    let (folder, blobs) = folder();
    let digest = blobs.put(Bytes::from_static(b"contract")).await.unwrap();
    let file = file_of(&folder, &digest);
    for damage in [&b"contracu"[..], b"contrac", b"contract ", b""] {
        std::fs::write(&file, damage).unwrap();
        assert!(matches!(blobs.get(&digest).await, Err(BlobError::Damaged { .. })));
    }
    blobs.put(Bytes::from_static(b"contract")).await.unwrap();
    assert_eq!(blobs.get(&digest).await.unwrap(), "contract");
}

#[tokio::test]
async fn ranges_cross_parts_and_check_what_they_touch() {
    let (folder, blobs) = folder();
    let mut parts = Vec::new();
    for text in ["0123456789", "abcde", "XYZ"] {
        let digest = blobs.put(Bytes::from(text)).await.unwrap();
        parts.push(Part {
            digest,
            length: text.len() as u64,
        });
    }
    let whole = "0123456789abcdeXYZ";
    assert_eq!(blobs.read_parts(&parts).await.unwrap(), whole);
    for start in 0..=whole.len() {
        for end in start..=whole.len() {
            let read = blobs.read_range(&parts, start as u64..end as u64).await.unwrap();
            assert_eq!(read, whole[start..end]);
        }
    }
    assert!(matches!(
        blobs.read_range(&parts, 5..19).await,
        Err(BlobError::OutOfRange { length: 18, .. })
    ));
    let fresh = Blobs::in_folder(folder.path().join("blobs"), CACHE).unwrap();
    std::fs::write(file_of(&folder, &parts[1].digest), "abcdE").unwrap();
    assert_eq!(fresh.read_range(&parts, 0..10).await.unwrap(), "0123456789");
    assert!(matches!(
        fresh.read_range(&parts, 9..11).await,
        Err(BlobError::Damaged { .. })
    ));
}

#[tokio::test]
async fn a_part_of_another_length_than_recorded_is_refused() {
    let blobs = Blobs::in_memory();
    let digest = blobs.put(Bytes::from_static(b"abc")).await.unwrap();
    let parts = [Part { digest, length: 5 }];
    assert!(matches!(
        blobs.read_parts(&parts).await,
        Err(BlobError::OutOfRange { length: 3, .. })
    ));
    assert!(
        blobs
            .read_parts(&[
                Part {
                    digest,
                    length: u64::MAX
                },
                Part { digest, length: 3 }
            ])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_sweep_removes_only_what_is_old_and_unnamed() {
    let (folder, blobs) = folder();
    let named = blobs.put(Bytes::from_static(b"named")).await.unwrap();
    let stray = blobs.put(Bytes::from_static(b"stray")).await.unwrap();
    let left_over = file_of(&folder, &stray).with_file_name(".put-1-1");
    std::fs::write(&left_over, "half").unwrap();
    let swept = blobs
        .sweep(UNIX_EPOCH, move |digest| *digest == named)
        .await
        .unwrap();
    assert_eq!(swept, Swept { kept: 3, removed: 0 });
    let swept = blobs
        .sweep(far_future(), move |digest| *digest == named)
        .await
        .unwrap();
    assert_eq!(swept, Swept { kept: 1, removed: 2 });
    assert!(blobs.exists(&named).await.unwrap());
    assert!(!blobs.exists(&stray).await.unwrap());
    assert!(!left_over.exists());
}

#[tokio::test]
async fn fifty_puts_of_the_same_bytes_agree() {
    let (_folder, blobs) = folder();
    let puts: Vec<_> = (0..50)
        .map(|_| {
            let blobs = blobs.clone();
            tokio::spawn(async move { blobs.put(Bytes::from(vec![7; 100_000])).await })
        })
        .collect();
    let mut digests = std::collections::HashSet::new();
    for put in puts {
        digests.insert(put.await.unwrap().unwrap());
    }
    assert_eq!(digests.len(), 1);
    let digest = digests.into_iter().next().unwrap();
    assert_eq!(blobs.get(&digest).await.unwrap().len(), 100_000);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_reported_with_its_place() {
    let (folder, blobs) = folder();
    let digest = Digest::of(b"x");
    // A file stands where the fan-out folder should be.
    std::fs::write(folder.path().join("blobs").join(&digest.to_string()[..2]), "").unwrap();
    let error = blobs.put(Bytes::from_static(b"x")).await.unwrap_err();
    assert!(error.to_string().contains("cannot make"), "{error}");
}

#[test]
fn digests_are_read_as_they_are_written() {
    let digest = Digest::of(b"abc");
    assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
    for text in ["", "ba78", &"g".repeat(64), &"0".repeat(66)] {
        assert_eq!(text.parse::<Digest>(), Err(NotADigest), "{text}");
    }
}
