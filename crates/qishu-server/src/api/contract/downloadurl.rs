//! 获取合同与附属文件下载链接: GET `/v2/contract/downloadurl`

use qishu_app::download::{DownloadLink, download_links};
use qishu_model::id::ContractId;
use qishu_wire::answers::{DocumentUrlAnswer, DownloadUrlsAnswer};
use qishu_wire::requests::DownloadUrlRequest;

use super::download::items;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = DownloadUrlRequest::read(&call.fields)?;
    let items = items(&request.items);
    let (contract, links) = download_links(
        &call.app,
        &call.caller,
        &request.address,
        &items,
        request.compress,
    )
    .await?;
    let download_urls = links.into_iter().map(|link| row(contract, link)).collect();
    answer(&DownloadUrlsAnswer { download_urls })
}

/// A document's row names the document, any other row the contract.
fn row(contract: ContractId, link: DownloadLink) -> DocumentUrlAnswer {
    let items: Vec<&str> = link.items.iter().map(|item| item.name()).collect();
    let items = items.join(",");
    match link.document {
        Some(document) => DocumentUrlAnswer::of_document(document, link.title, items, link.url),
        None => DocumentUrlAnswer::of_contract(contract, link.title, items, link.url),
    }
}
