//! 创建Word模板: POST `/v3/template/createbyword`

use qishu_app::template::{NewTemplate, create_template};
use qishu_model::template::TemplateKind;
use qishu_wire::answers::{CreatedTemplateAnswer, TemplateAnswer};
use qishu_wire::requests::CreateByWordRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = CreateByWordRequest::read(&call.fields)?;
    let wanted = NewTemplate {
        tenant_name: request.tenant_name,
        title: request.title,
        kind: TemplateKind::Word,
        file: request.file.bytes,
        number_repeated: request.rename_repeated,
        managers: request.managers,
        range: request.range,
        all_users: request.all_users,
        enabled: request.enabled,
    };
    let (template, owner) = create_template(&call.app, &call.caller, wanted).await?;
    answer(&CreatedTemplateAnswer {
        template_id: template.id,
        template: TemplateAnswer::new(&template, &owner),
    })
}
