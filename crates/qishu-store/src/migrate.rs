//! The migrations, embedded: one folder per database, compared by a test.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, name, SQLite text, PostgreSQL text.
const STEPS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "base",
        include_str!("../migrations/sqlite/0001_base.sql"),
        include_str!("../migrations/postgres/0001_base.sql"),
    ),
    (
        2,
        "flow",
        include_str!("../migrations/sqlite/0002_flow.sql"),
        include_str!("../migrations/postgres/0002_flow.sql"),
    ),
    (
        3,
        "download_lock",
        include_str!("../migrations/sqlite/0003_download_lock.sql"),
        include_str!("../migrations/postgres/0003_download_lock.sql"),
    ),
    (
        4,
        "templates",
        include_str!("../migrations/sqlite/0004_templates.sql"),
        include_str!("../migrations/postgres/0004_templates.sql"),
    ),
    (
        5,
        "sign_password",
        include_str!("../migrations/sqlite/0005_sign_password.sql"),
        include_str!("../migrations/postgres/0005_sign_password.sql"),
    ),
    (
        6,
        "organisation",
        include_str!("../migrations/sqlite/0006_organisation.sql"),
        include_str!("../migrations/postgres/0006_organisation.sql"),
    ),
    (
        7,
        "node",
        include_str!("../migrations/sqlite/0007_node.sql"),
        include_str!("../migrations/postgres/0007_node.sql"),
    ),
    (
        8,
        "revocation",
        include_str!("../migrations/sqlite/0008_revocation.sql"),
        include_str!("../migrations/postgres/0008_revocation.sql"),
    ),
    (
        10,
        "evidence",
        include_str!("../migrations/sqlite/0010_evidence.sql"),
        include_str!("../migrations/postgres/0010_evidence.sql"),
    ),
    (
        11,
        "identity",
        include_str!("../migrations/sqlite/0011_identity.sql"),
        include_str!("../migrations/postgres/0011_identity.sql"),
    ),
    (
        12,
        "contact_language",
        include_str!("../migrations/sqlite/0012_contact_language.sql"),
        include_str!("../migrations/postgres/0012_contact_language.sql"),
    ),
];

/// Number of the newest step.
pub(crate) fn newest() -> i64 {
    STEPS.iter().map(|step| step.0).max().unwrap_or_default()
}

pub(crate) fn sqlite() -> Migrator {
    migrator(|step| step.2)
}

pub(crate) fn postgres() -> Migrator {
    migrator(|step| step.3)
}

fn migrator(text: impl Fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let steps = STEPS.iter().map(|step| {
        Migration::new(
            step.0,
            step.1.into(),
            MigrationType::Simple,
            text(step).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(steps.collect())
}
