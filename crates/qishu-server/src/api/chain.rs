//! 存证与出证

pub(super) mod notary;
pub(super) mod prove_apply;
pub(super) mod report_apply;
pub(super) mod report_download;
pub(super) mod report_status;

use qishu_app::document::Upload;
use qishu_app::evidence::EvidenceOrder;
use qishu_wire::fields::UploadedFile;
use qishu_wire::requests::ProveRequest;

fn order(request: ProveRequest) -> EvidenceOrder {
    EvidenceOrder {
        source: request.source,
        chain_id: request.chain_id,
        data_id: request.data_id,
        documents: request.documents,
        materials: request.materials.into_iter().map(upload).collect(),
        operator: request.operator,
    }
}

fn upload(file: UploadedFile) -> Upload {
    Upload {
        suffix: file.suffix(),
        bytes: file.bytes,
    }
}
