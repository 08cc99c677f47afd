//! 下载合同与附属文件: GET `/v2/contract/download`

use qishu_app::download::{FileNameRule, Item, download_contract};
use qishu_wire::requests::{DownloadItem, DownloadRequest};

use crate::api::{Answer, Call, Reply};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = DownloadRequest::read(&call.fields)?;
    let rule = match request.file_name_rule {
        qishu_wire::requests::FileNameRule::Default => FileNameRule::Default,
        qishu_wire::requests::FileNameRule::Original => FileNameRule::Original,
    };
    let items = items(&request.items);
    let file = download_contract(
        &call.app,
        &call.caller,
        &request.address,
        &items,
        request.compress_one_file,
        rule,
    )
    .await?;
    Ok(Reply::File {
        content_type: file.content_type,
        name: Some(file.name),
        bytes: file.bytes,
    })
}

/// The application's items for the protocol's.
pub(super) fn items(wanted: &[DownloadItem]) -> Vec<Item> {
    wanted
        .iter()
        .filter_map(|item| Item::from_name(item.name()))
        .collect()
}
