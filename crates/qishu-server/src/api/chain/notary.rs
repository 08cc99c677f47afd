//! 数据存证: POST `/v2/chain/notary`

use qishu_app::document::Upload;
use qishu_app::evidence::{NotaryData, NotaryOrder, notarise};
use qishu_wire::answers::NotaryAnswer;
use qishu_wire::requests::{NotaryInput, NotaryRequest};

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = NotaryRequest::read(&call.fields)?;
    let data = match request.input {
        NotaryInput::Hash(algorithm, digest) => NotaryData::Hash(algorithm, digest),
        NotaryInput::File(file, suffix) => NotaryData::File(Upload {
            suffix: Some(suffix),
            bytes: file.bytes,
        }),
    };
    let order = NotaryOrder {
        name: request.name,
        data_id: request.data_id,
        data,
        operator: request.operator,
    };
    answer(&NotaryAnswer::from(
        notarise(&call.app, &call.caller, order).await?,
    ))
}
