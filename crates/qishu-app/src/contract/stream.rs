//! 获取合同操作记录: `GET /v2/contract/stream`.

use qishu_model::contract::ContractAddress;
use qishu_model::log::OperateType;
use qishu_model::time::Timestamp;
use qishu_store::ledger::{Logged, entries_of};

use super::locate::locate;
use crate::{ApiCaller, App, AppError};

/// A line of the contract's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRow {
    /// What.
    pub operate: OperateType,
    /// When.
    pub time: Timestamp,
    /// Our id of the person or application.
    pub user_id: Option<String>,
    /// Name of the person or application.
    pub user_name: Option<String>,
    /// Contact.
    pub contact: Option<String>,
    /// Reason or remark.
    pub comments: Option<String>,
    /// Network address.
    pub address: Option<String>,
    /// Kind of client.
    pub client: Option<String>,
    /// Browser.
    pub browser: Option<String>,
}

/// The log of a contract, oldest first.
///
/// # Errors
/// Not found.
pub async fn contract_stream(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
) -> Result<Vec<StreamRow>, AppError> {
    let mut reader = app.store.read("contract_stream");
    let contract = locate(&mut reader, caller, address).await?.contract.value;
    let kinds = OperateType::ALL.map(OperateType::name);
    let entries = entries_of(&mut reader, contract.id.get(), &kinds).await?;
    Ok(entries.into_iter().filter_map(row).collect())
}

fn row(entry: Logged) -> Option<StreamRow> {
    let comments = entry
        .details
        .get("comments")
        .and_then(|comments| comments.as_str())
        .map(str::to_owned);
    Some(StreamRow {
        operate: OperateType::from_name(&entry.kind)?,
        time: entry.at,
        user_id: entry.actor.user_id,
        user_name: entry.actor.name,
        contact: entry.actor.contact,
        comments,
        address: entry.actor.address,
        client: entry.actor.client,
        browser: entry.actor.browser,
    })
}
