//! JS SDK 对接方服务端接口说明: POST and GET `/uniformapi` (5.6 of the protocol, D31)
//!
//! Whatever happens here is answered with HTTP 200, a body, and nothing but ASCII in it: the proxies in between swallow,
//! repeat or spoil everything else.

use bytes::Bytes;
use qishu_wire::code::ErrorCode;
use qishu_wire::envelope;
use qishu_wire::requests::UniformRequest;
use qishu_wire::uniform::{Frame, ascii, packed, packed_bytes};

use crate::api::{Answer, Call, Reply, answer};
use crate::error::ApiError;
use crate::pages::embedded::{Data, File, perform};

const PATH: &str = "/uniformapi";

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = UniformRequest::read(&call.fields)?;
    let frame = match Frame::read(&request.request_data) {
        Ok(frame) => frame,
        Err(error) => return Ok(refused(ErrorCode::InvalidParam, &error.to_string(), None)),
    };
    match perform(&call.shared, &call.caller, &frame, request.file).await {
        Ok(Data::Json(json)) => answer(&packed_bytes(&json)),
        Ok(Data::File(File { content_type, bytes })) if !bytes.is_empty() => Ok(Reply::File {
            content_type,
            name: None,
            bytes,
        }),
        Ok(Data::File(_)) => Ok(refused(ErrorCode::InvalidParam, "the range is empty", None)),
        Err(error) => {
            let (_, told) = error.told();
            let (code, detail) = ApiError::App(error.0).answer(PATH);
            Ok(refused(code, &detail, Some(packed(&told))))
        }
    }
}

fn refused(code: ErrorCode, detail: &str, result: Option<String>) -> Reply {
    let message = ascii(&envelope::message(code, detail));
    let bytes: Bytes = match result {
        Some(result) => envelope::failure_with(code, &message, &result).into(),
        None => envelope::failure(code, &ascii(detail)).into(),
    };
    Reply::Refused { code, bytes }
}
