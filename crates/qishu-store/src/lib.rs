//! One store over SQLite and PostgreSQL: tables, migrations, job queue, hash-chained ledger
