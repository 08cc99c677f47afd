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
];

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
