//! The state machine as a document: `docs/state-tables.md` is made of the machine itself.

use qishu_model::contract::machine::state_table;

use crate::generated;

const PATH: &str = "docs/state-tables.md";

const HEAD: &str = "<!-- Made by `cargo run -p xtask -- state-tables`; do not edit. -->

# State tables

What every command does to a contract in every status. The contract of these tables has two parties that act one after the
other: a company with an approval step and a seal step, then a person from whom a file is demanded (not as a condition).

A row shows the contract afterwards as `STATUS [party, party]`, a company with the statuses of its steps in brackets, and
behind it the callbacks as `callbackType/contractStatus`. `1101` is the answer when the status does not allow the command;
other refusals are spelt out. `deleted` means that nothing stays.
";

fn document() -> String {
    format!("{HEAD}{}", state_table())
}

/// Writes the document; with `--check` compares it.
pub(crate) fn run() -> Result<String, Vec<String>> {
    generated::run(PATH, &document(), "state-tables")
}
