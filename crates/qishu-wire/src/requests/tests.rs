//! Each endpoint: the fields its clients send, its defaults, and what it refuses.

use bytes::Bytes;
use qishu_model::contact::ContactType;
use qishu_model::contract::{
    ActionType, CopySendTime, DatePattern, SignFlowStrategy, StamperRule, StamperType, TenantType,
};
use qishu_model::id::{ContractId, SealId};
use qishu_model::log::OperateType;
use qishu_model::seal::SealStatus;
use serde_json::{Map, Value, json};

use super::*;
use crate::body::{self, Limits};
use crate::code::ErrorCode;
use crate::fields::{FieldError, Fields, UploadedFile};
use crate::language::Language;
use crate::query;

fn fields(value: Value) -> Fields {
    match value {
        Value::Object(members) => Fields::new(members, Vec::new()),
        other => panic!("{other} is no object"),
    }
}

fn from_query(raw: &str) -> Fields {
    query::read(raw.as_bytes(), &Limits::default()).unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, FieldError>) -> String {
    result.unwrap_err().to_string()
}

fn file(name: &str, bytes: usize) -> UploadedFile {
    UploadedFile {
        field: "files".to_owned(),
        file_name: Some(name.to_owned()),
        content_type: None,
        bytes: Bytes::from(vec![0; bytes]),
    }
}

mod draft {
    use super::*;

    fn read(value: Value) -> Result<DraftRequest, FieldError> {
        DraftRequest::read(&fields(value))
    }

    #[test]
    fn an_empty_draft_has_the_documented_defaults() {
        let contract = read(json!({})).unwrap().contract;
        assert!(
            contract.ordinal && !contract.send && !contract.notify_sponsor && !contract.allow_name_mismatch
        );
        assert_eq!(contract.sign_flow_strategy, SignFlowStrategy::AllSignFinish);
        assert_eq!(
            (contract.subject, contract.category, contract.creator),
            (None, None, None)
        );
        assert!(contract.signatories.is_empty() && contract.tags.is_empty());
    }

    #[test]
    fn a_complete_draft() {
        let contract = read(json!({
            "bizId": "B-1", "tenantName": "契书演示科技有限公司", "subject": "采购合同", "description": "x", "sn": "SN1",
            "expireTime": "2026-12-31 12:00:00", "endTime": "2027-01-01 08:00:00", "ordinal": false, "send": "true",
            "category": {"id": 3014826187358859384_u64, "name": ""}, "creator": {"contact": "13800000001", "name": "李雷"},
            "signFlowStrategy": "ANY_SIGN_FINISH", "copySendTime": "finish", "businessData": " raw ", "notifySponsor": 1,
            "tags": "重要,采购", "relatedContractIds": ["1", 2], "callbackUrl": "https://example.com/cb?x=1",
            "customFields": [{"key": "k", "value": "v"}], "stamperRule": "must_allow",
            "templateParams": ["", {"name": "amount", "value": [["a"]], "readOnly": "true"}],
            "templateParms": [{"name": "date", "value": "2026-01-01"}],
            "copySendReceivers": [{"name": "财务", "receiver": {"name": "韩梅", "contact": "h@example.com"}}],
            "signatories": [
                {"tenantType": "COMPANY", "tenantName": "契书演示科技有限公司", "serialNo": "1", "actions": [
                    {"type": "AUDIT", "operators": [{"contact": "13800000001", "contactType": "MOBILE"}]},
                    {"type": "company", "sealId": "7", "sealIds": ["8"], "autoSign": true, "corpOperators": []},
                    {"type": "LP", "corpSealIds": [9], "sealId": 7}
                ]},
                {"tenantType": "PERSONAL", "receiver": {"name": "王五", "contact": "13900000000"},
                 "delaySet": "false", "attachments": [{"title": "身份证", "required": true}],
                 "stampers": [{"type": "PERSONAL", "documentId": "5", "page": 1, "offsetX": 0.1, "offsetY": "0.2"}],
                 "userAuthInfo": {"idCardNo": "11010519491231002X", "modifyFields": "IDCARDNO,USERNAME"},
                 "signValidateWay": "PIN"}
            ]
        }));
        let contract = contract.unwrap().contract;
        assert_eq!(contract.end_time.unwrap().date_time_text(), "2027-01-01 23:59:59");
        assert!(contract.send && !contract.ordinal && contract.notify_sponsor);
        assert_eq!(
            contract.category.unwrap().id.unwrap().get(),
            3_014_826_187_358_859_384
        );
        assert_eq!(contract.creator.unwrap().contact_type, ContactType::Mobile);
        assert_eq!(contract.business_data.as_deref(), Some(" raw "));
        assert_eq!(contract.tags, ["重要", "采购"]);
        assert_eq!(
            contract.related_contract_ids,
            [ContractId::new(1), ContractId::new(2)]
        );
        assert_eq!(contract.copy_send_time, Some(CopySendTime::Finish));
        assert_eq!(contract.stamper_rule, Some(StamperRule::MustAllow));
        assert_eq!(contract.template_params[0].value.as_deref(), Some("[[\"a\"]]"));
        assert_eq!(contract.template_params.len(), 2);
        assert_eq!(
            contract.copy_send_receivers[0].receiver.contact_type,
            ContactType::Email
        );
        let company = &contract.signatories[0];
        assert_eq!(company.serial_no, Some(1));
        let steps: Vec<_> = company
            .actions
            .iter()
            .map(|a| (a.action_type, a.seal_ids.clone()))
            .collect();
        assert_eq!(
            steps,
            [
                (ActionType::Audit, vec![]),
                (ActionType::Company, vec![SealId::new(7)]),
                (ActionType::Lp, vec![SealId::new(9)])
            ]
        );
        let person = &contract.signatories[1];
        assert_eq!(
            (person.tenant_type, person.tenant_name.as_deref()),
            (TenantType::Personal, Some("王五"))
        );
        assert_eq!(person.user_auth_info.as_ref().unwrap().modify_fields.len(), 2);
        assert_eq!(person.stampers[0].offset_y, Some(0.2));
    }

    #[test]
    fn what_go_and_php_send_wrongly() {
        let contract = read(json!({
            "callbackUrl": true, "tags": "a", "bizId": null, "subject": "", "creator": {"contact": "", "contactType": ""},
            "category": {"id": "", "name": ""}, "signatories": [{"tenantType": "COMPANY", "delaySet": "true", "serialNo": "4",
            "receiver": {"contact": "u-1", "contactType": "BIZID"}}]
        }));
        let contract = contract.unwrap().contract;
        assert_eq!(
            (contract.callback_url, contract.biz_id, contract.subject),
            (None, None, None)
        );
        assert_eq!((contract.creator, contract.category), (None, None));
        let party = &contract.signatories[0];
        assert!(party.delay_set && party.tenant_name.is_none());
        assert_eq!(party.receiver.as_ref().unwrap().contact_type, ContactType::BizId);
    }

    #[test]
    fn refusals_name_the_field() {
        let cases = [
            (
                json!({"subject": "长".repeat(101)}),
                "subject is longer than 100 characters",
            ),
            (
                json!({"expireTime": "tomorrow"}),
                "expireTime must be a time, yyyy-MM-dd HH:mm:ss",
            ),
            (
                json!({"signatories": [{}]}),
                "signatories[0].tenantType is missing",
            ),
            (
                json!({"signatories": [{"tenantType": "X"}]}),
                "signatories[0].tenantType must be one of COMPANY PERSONAL",
            ),
            (
                json!({"signatories": [{"tenantType": "COMPANY"}]}),
                "signatories[0].tenantName is missing",
            ),
            (
                json!({"signatories": [{"tenantType": "PERSONAL", "tenantName": "x", "receiver": {"name": "x"}}]}),
                "signatories[0].receiver.contact is missing",
            ),
            (
                json!({"signatories": [{"tenantType": "COMPANY", "tenantName": "x", "actions": [{"type": "AUDIT"}, {}]}]}),
                "signatories[0].actions[1].type is missing",
            ),
            (
                json!({"callbackUrl": "ftp://example.com"}),
                "callbackUrl must be an http or https address",
            ),
            (
                json!({"customFields": [{"value": "x"}]}),
                "customFields[0].key is missing, give it or name",
            ),
            (
                json!({"copySendReceivers": [{"receiver": {"contact": "13900000000"}}]}),
                "copySendReceivers[0].receiver.name is missing",
            ),
            (
                json!({"relatedContractIds": vec!["1"; 51]}),
                "relatedContractIds has more than 50 members",
            ),
            (json!({"signatories": "none"}), "signatories[0] must be an object"),
        ];
        for (value, message) in cases {
            assert_eq!(refusal(read(value)), message);
        }
        let too_many_seals = json!({"signatories": [{"tenantType": "COMPANY", "tenantName": "x",
            "actions": [{"type": "COMPANY", "sealIds": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]}]}]});
        assert_eq!(
            refusal(read(too_many_seals)),
            "signatories[0].actions[0].sealIds has more than 9 members"
        );
    }
}

mod stampers {
    use super::*;

    fn read(stamper: impl Into<Value>) -> Result<qishu_model::contract::Stamper, FieldError> {
        let request = SendRequest::read(&fields(json!({"contractId": "1", "stampers": [stamper.into()]})))?;
        Ok(request.stampers[0].clone())
    }

    #[test]
    fn forms_of_a_position() {
        let stamper = read(
            json!({"type": "timestamp", "datePattern": "chinese", "datePatterns": ["HYPHEN", "Chinese"],
            "width": 120, "height": "48", "keyword": " 日期： ", "keywordIndex": "-1", "offsetX": "-0.05", "rotationDegrees": 90}),
        );
        let stamper = stamper.unwrap();
        assert_eq!(stamper.date_patterns, [DatePattern::Chinese, DatePattern::Hyphen]);
        assert_eq!(stamper.keyword.as_deref(), Some(" 日期： "));
        assert_eq!(
            (stamper.keyword_index, stamper.offset_x, stamper.offset_y),
            (Some(-1), Some(-0.05), None)
        );
        assert_eq!(
            (stamper.width, stamper.height, stamper.rotation_degrees),
            (Some(120.0), Some(48.0), 90.0)
        );

        let across = read(
            json!({"type": "ACROSS_PAGE", "acrossType": "all_document", "documentIds": "5,6", "offsetX": 7}),
        );
        let across = across.unwrap();
        assert_eq!((across.document_ids, across.offset_x), (vec![5, 6], None));

        let company =
            read(json!({"type": "COMPANY", "actionId": 3, "documentId": "4", "page": 0, "width": 999}));
        let company = company.unwrap();
        assert_eq!(
            (company.stamper_type, company.document_id, company.width),
            (StamperType::Company, Some(4), None)
        );
    }

    #[test]
    fn bounds() {
        let cases = [
            (json!({}), "stampers[0].type is missing"),
            (
                json!({"type": "PERSONAL", "width": 9}),
                "stampers[0].width must be from 10 to 120",
            ),
            (
                json!({"type": "TIMESTAMP", "height": 49}),
                "stampers[0].height must be from 4 to 48",
            ),
            (
                json!({"type": "COMPANY", "offsetX": 1.1}),
                "stampers[0].offsetX must be from -1 to 1",
            ),
            (
                json!({"type": "COMPANY", "rotationDegrees": 361}),
                "stampers[0].rotationDegrees must be from 0 to 360",
            ),
            (
                json!({"type": "ACROSS_PAGE_SCOPE"}),
                "stampers[0].sealPageConfig is missing",
            ),
            (
                json!({"type": "COMPANY", "documentId": "x"}),
                "stampers[0].documentId must be an id, a decimal number of at most 19 digits",
            ),
        ];
        for (value, message) in cases {
            assert_eq!(refusal(read(value)), message);
        }
    }
}

mod files {
    use super::*;

    /// What the Java and C# clients send for a document.
    const JAVA: &str = "\r\n------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"contractId\"\r\nContent-Type:text/plain\r\n\r\n3014826187358859384\r\n\
        ------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"title\"\r\nContent-Type:text/plain\r\n\r\n采购合同\r\n\
        ------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"documentSort\"\r\nContent-Type:text/plain\r\n\r\n-1\r\n\
        ------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"stampers\"\r\nContent-Type:text/plain\r\n\r\n[{\"type\":\"COMPANY\",\"actionId\":7}]\r\n\
        ------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"fileSuffix\"\r\nContent-Type:text/plain\r\n\r\n.PDF\r\n\
        ------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"file\";filename=\"streamFile\"\r\n\
        Content-Type:application/octet-stream\r\n\r\n%PDF-1.4\r\n------sdkboundaryAbC123--\r\n";

    #[test]
    fn add_by_file_from_raw_bytes() {
        let content_type = b"multipart/form-data;charset=UTF-8; boundary=----sdkboundaryAbC123";
        let body = Bytes::from_static(JAVA.as_bytes());
        let fields = body::read(Some(content_type), &body, b"", &Limits::default()).unwrap();
        let request = AddByFileRequest::read(&fields).unwrap();
        assert_eq!(
            request.address.contract_id.unwrap().get(),
            3_014_826_187_358_859_384
        );
        assert_eq!(
            (request.title.as_str(), request.document_sort),
            ("采购合同", Some(-1))
        );
        assert_eq!(request.file_suffix.as_deref(), Some("pdf"));
        assert_eq!(request.stampers[0].action_id.unwrap().get(), 7);
        assert_eq!(request.file.bytes.as_ref(), b"%PDF-1.4");
    }

    #[test]
    fn add_by_file_needs_address_title_and_file() {
        let read = |value: Value| refusal(AddByFileRequest::read(&fields(value)));
        assert_eq!(
            read(json!({"title": "x"})),
            "contractId is missing, give it or bizId"
        );
        assert_eq!(read(json!({"bizId": "b"})), "title is missing");
        assert_eq!(read(json!({"bizId": "b", "title": "x"})), "file is missing");
    }

    #[test]
    fn add_by_files_keeps_the_order_and_bounds_the_sum() {
        let values = Map::from_iter([("bizId".to_owned(), json!("b")), ("title".to_owned(), json!("x"))]);
        let read = |files: Vec<UploadedFile>| AddByFilesRequest::read(&Fields::new(values.clone(), files));
        let request = read(vec![file("b.PDF", 1), file("a.png", 1)]).unwrap();
        let suffixes: Vec<_> = request.files.iter().map(UploadedFile::suffix).collect();
        assert_eq!(suffixes, [Some("pdf".to_owned()), Some("png".to_owned())]);
        assert_eq!(refusal(read(Vec::new())), "files is missing");
        let half = 26 * 1024 * 1024;
        let too_large = read(vec![file("a.pdf", half), file("b.pdf", half)]).unwrap_err();
        assert_eq!(too_large.code(), ErrorCode::FileTooLarge);
    }
}

mod signing {
    use super::*;

    #[test]
    fn send_and_sign_defaults() {
        let send = SendRequest::read(&fields(json!({"contractId": 1, "stampers": []}))).unwrap();
        assert!(send.locate_all_keywords && send.stampers.is_empty() && send.stamper_rule.is_none());
        let sign = SignRequest::read(&fields(json!({"bizId": "b", "tenantName": "契书", "sealId": 5,
            "locateAllStamperKeywords": "false", "draftsmanName": "甲"})));
        let sign = sign.unwrap();
        assert_eq!(
            (sign.seal_id, sign.draftsman_name.as_deref()),
            (Some(SealId::new(5)), Some("甲"))
        );
        assert_eq!(sign.address.tenant_name.as_deref(), Some("契书"));
        assert!(!sign.locate_all_keywords);
        assert_eq!(
            refusal(SignRequest::read(&fields(json!({})))),
            "contractId is missing, give it or bizId"
        );
    }

    fn page(extra: &Value) -> Result<PageUrlRequest, FieldError> {
        let mut value = json!({"contractId": 1, "user": {"contact": "13900000000"}});
        for (name, member) in extra.as_object().unwrap() {
            value[name] = member.clone();
        }
        PageUrlRequest::read(&fields(value))
    }

    #[test]
    fn page_url_defaults() {
        let request = page(&json!({"callbackPage": "", "lang": null})).unwrap();
        assert_eq!((request.page_type, request.expire_minutes), (PageType::Sign, 30));
        assert!(request.hide_reject_button && !request.hide_return_button && !request.allow_password_sign);
        assert_eq!(
            (request.callback_page, request.language, request.theme_color),
            (None, None, None)
        );
    }

    #[test]
    fn appoint_url_defaults_and_limits() {
        let read = |value: Value| AppointUrlRequest::read(&fields(value));
        let request = read(json!({"contractId": 1})).unwrap();
        assert_eq!(
            (request.page_type, request.expire_minutes),
            (AppointPageType::Appoint, 30)
        );
        assert!(request.allowed_send && request.can_save_or_close && !request.hide_return_button);
        assert!(request.specify_location_button && request.fill_param_button);
        let request = read(
            json!({"bizId": "b", "pageType": "draft", "allowedSend": "false", "expireTime": 3,
            "expireTimeUnit": "DAYS"}),
        );
        let request = request.unwrap();
        assert_eq!(
            (request.page_type, request.expire_minutes, request.allowed_send),
            (AppointPageType::Draft, 4320, false)
        );
        for wrong in [
            json!({}),
            json!({"contractId": 1, "pageType": "SIGN"}),
            json!({"contractId": 1, "expireTime": 91, "expireTimeUnit": "DAYS"}),
            json!({"contractId": 1, "callbackPage": "javascript:alert(1)"}),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn page_url_options() {
        let request = page(
            &json!({"pageType": "DIRECT_SIGN", "hideRejectButton": false, "lang": "EN", "expireTime": "2",
            "expireTimeUnit": "DAYS", "pageStyle": "{\"themeColor\":\"1890ff\"}", "callbackPage": "https://example.com/a?b=c"}),
        );
        let request = request.unwrap();
        assert_eq!(
            (request.page_type, request.expire_minutes),
            (PageType::DirectSign, 2880)
        );
        assert_eq!(
            (request.language, request.theme_color.as_deref()),
            (Some(Language::English), Some("#1890FF"))
        );
        assert!(!request.hide_reject_button);
        for (extra, message) in [
            (json!({"user": null}), "user is missing"),
            (
                json!({"user": {"contactType": "EMAIL"}}),
                "user.contact is missing",
            ),
            (
                json!({"expireTime": 4}),
                "expireTime must be from 5 minutes to 90 days",
            ),
            (
                json!({"expireTime": 91, "expireTimeUnit": "DAYS"}),
                "expireTime must be from 5 minutes to 90 days",
            ),
            (
                json!({"expireTime": 4_294_967_295_u32, "expireTimeUnit": "DAYS"}),
                "expireTime must be from 5 minutes to 90 days",
            ),
            (
                json!({"callbackPage": "javascript:alert(1)"}),
                "callbackPage must be an http or https address",
            ),
            (
                json!({"pageStyle": {"themeColor": "blue"}}),
                "pageStyle.themeColor must be a colour, #RRGGBB",
            ),
        ] {
            assert_eq!(refusal(page(&extra)), message);
        }
    }

    #[test]
    fn view_and_short_links() {
        let view = ViewUrlRequest::read(&from_query(
            "contractId=1&documentId=2&themeColor=&downloadButton=true",
        ))
        .unwrap();
        assert!(view.download_button && !view.print_button && view.theme_color.is_none());
        let short = ShortUrlRequest::read(&from_query("bizId=b&contact=+8613900000000")).unwrap();
        assert_eq!(short.contact.as_deref(), Some("+8613900000000"));
    }

    #[test]
    fn invalid_and_notice() {
        let request = InvalidRequest::read(&fields(
            json!({"contractId": 1, "deleteDoc": false, "expireTime": "2027-01-01",
            "receivers": [{"receiver": {"name": "a", "contact": "13900000000"}},
                          {"receiver": {"name": "b", "contact": "+86 13900000000"}}]}),
        ));
        let request = request.unwrap();
        assert!(request.auto_sign && !request.delete_doc);
        assert_eq!(request.receivers.len(), 1);
        assert_eq!(
            request.expire_time.unwrap().date_time_text(),
            "2027-01-01 23:59:59"
        );
        let notice = NoticeRequest::read(&fields(json!({"contractId": 1, "signatoryId": ""}))).unwrap();
        assert!(notice.only_signing && notice.signatory_id.is_none());
    }
}

mod reading {
    use super::*;

    #[test]
    fn detail_flags() {
        let detail = DetailRequest::read(&from_query(
            "contractId=1&bizId=&queryActionOperate=true&queryLocation=1",
        ))
        .unwrap();
        assert!(detail.query_operators && detail.query_location);
        assert!(
            !detail.query_related_contract && !detail.query_seal_stats && !detail.query_operator_real_info
        );
    }

    #[test]
    fn list_from_the_go_client() {
        let list = ListRequest::read(&from_query(
            "status=SIGNING%2Ccomplete&selectOffset=20&selectLimit=5000&createTimeOrder=asc\
             &categoryId=2490828768980361630.000000&publishTimeStart%09=2026-01-01%2000:00:00&publishTimeEnd%09=2026-02-01\
             &signatoryType=ALL",
        ));
        let list = list.unwrap();
        assert_eq!(list.statuses, ["SIGNING", "COMPLETE"]);
        assert_eq!((list.paging.offset, list.paging.limit), (20, 1000));
        assert_eq!(
            (list.order, list.signatory_type),
            (SortOrder::Ascending, SignatoryFilter::All)
        );
        assert!(list.category_id.unwrap().rounded);
        assert_eq!(
            list.published.start.unwrap().date_time_text(),
            "2026-01-01 00:00:00"
        );
        assert_eq!(
            list.published.end.unwrap().date_time_text(),
            "2026-02-01 23:59:59"
        );
        let defaults = ListRequest::read(&from_query("")).unwrap();
        assert_eq!((defaults.paging.offset, defaults.paging.limit), (0, 1000));
        assert_eq!(
            (defaults.order, defaults.signatory_type),
            (SortOrder::Descending, SignatoryFilter::Sponsor)
        );
        assert_eq!(
            refusal(ListRequest::read(&from_query("selectLimit=-1"))),
            "selectLimit must be from 0 to 9223372036854775807"
        );
    }

    #[test]
    fn downloads() {
        let download = DownloadRequest::read(&from_query("contractId=1")).unwrap();
        assert_eq!(download.items, [DownloadItem::Contract, DownloadItem::SignLog]);
        assert!(download.compress_one_file && download.file_name_rule == FileNameRule::Default);
        let download = DownloadRequest::read(&from_query(
            "contractId=1&downloadItems=CONTRACT%252Ccontract%252CENDSIGN_ATTACHMENT&needCompressForOneFile=false&fileNameRule=ORIGINAL",
        ));
        let download = download.unwrap();
        assert_eq!(
            download.items,
            [DownloadItem::Contract, DownloadItem::EndSignAttachment]
        );
        assert!(!download.compress_one_file && download.file_name_rule == FileNameRule::Original);
        let links =
            DownloadUrlRequest::read(&from_query("bizId=b&compress=true&downloadItems=SIGNLOG")).unwrap();
        assert!(links.compress && links.items == [DownloadItem::SignLog]);
        let by_post = body::read(
            None,
            &Bytes::from_static(br#"{"documentId":9}"#),
            b"",
            &Limits::default(),
        )
        .unwrap();
        assert_eq!(
            DocumentDownloadRequest::read(&by_post).unwrap().document_id.get(),
            9
        );
        assert_eq!(
            refusal(DocumentDownloadRequest::read(&from_query(""))),
            "documentId is missing"
        );
    }

    #[test]
    fn stream_groups() {
        let all = StreamRequest::read(&from_query("contractId=1")).unwrap();
        assert!(all.wants(OperateType::View) && all.wants(OperateType::Sign));
        let some = StreamRequest::read(&from_query("contractId=1&operation=MODIFY,PRINT")).unwrap();
        assert!(some.wants(OperateType::Sign) && some.wants(OperateType::Print));
        assert!(!some.wants(OperateType::View) && !some.wants(OperateType::Download));
    }

    #[test]
    fn categories() {
        let list =
            CategoryListRequest::read(&from_query("tenantName=契书&modifyTimeStart=2026-01-01 00:00:00"))
                .unwrap();
        assert!(list.modified.start.is_some() && list.modified.end.is_none());
        let by_name = CategoryDetailRequest::read(&from_query("categoryName=默认业务分类")).unwrap();
        assert_eq!(by_name.category, CategoryName::Name("默认业务分类".to_owned()));
        let by_id =
            CategoryDetailRequest::read(&fields(json!({"categoryId": 12, "categoryName": "x"}))).unwrap();
        assert!(matches!(by_id.category, CategoryName::Id(id) if id.value == 12 && !id.rounded));
        assert_eq!(
            refusal(CategoryDetailRequest::read(&from_query(""))),
            "categoryId is missing, give it or categoryName"
        );
    }
}

mod settings {
    use super::*;

    #[test]
    fn seal_lists() {
        let status = |query: &str| SealListRequest::read(&from_query(query)).map(|request| request.status);
        assert_eq!(status(""), Ok(SealStatusFilter::Only(SealStatus::Normal)));
        assert_eq!(status("status=all"), Ok(SealStatusFilter::All));
        assert_eq!(
            refusal(status("status=x")),
            "status must be one of NORMAL FREEZE ALL"
        );
        assert_eq!(
            refusal(SealIdRequest::read(&from_query("sealId="))),
            "sealId is missing"
        );
    }

    fn create(image: impl Into<Value>) -> Result<SealImageInfo, FieldError> {
        let request =
            SealAutoCreateRequest::read(&fields(json!({"name": "公章", "sealImageInfo": image.into()})));
        request.map(|request| request.image)
    }

    #[test]
    fn seals_that_callers_create() {
        let only_name = SealAutoCreateRequest::read(&fields(json!({"name": "公章"}))).unwrap();
        assert_eq!(
            (only_name.image.style, only_name.image.spec),
            (SealStyle::Universal, SealSpec::Circular42)
        );
        assert!(only_name.users.is_empty());
        let info = create(
            json!({"style": "UNIVERSAL_SEAL", "enterpriseCode": "", "foot": "No.1", "starSize": "14", "edgeWidth": 1.2}),
        );
        let info = info.unwrap();
        assert_eq!(
            (info.foot.as_deref(), info.enterprise_code, info.star_size_mm),
            (Some("No.1"), None, Some(14.0))
        );
        assert_eq!(
            create(json!({"style": "FOREIGN_SEAL"})).unwrap().spec,
            SealSpec::Oval45x30
        );
        let mixed =
            create(json!({"style": "FOREIGN_MIX_SEAL", "enContent": "QISHU", "foot": "ignored"})).unwrap();
        assert_eq!((mixed.foot, mixed.en_content.as_deref()), (None, Some("QISHU")));
    }

    #[test]
    fn seals_that_cannot_be_drawn() {
        for (image, message) in [
            (json!({"style": "SPECIAL_SEAL"}), "sealImageInfo.foot is missing"),
            (
                json!({"style": "FOREIGN_MIX_SEAL"}),
                "sealImageInfo.enContent is missing",
            ),
            (
                json!({"enterpriseCode": "123"}),
                "sealImageInfo.enterpriseCode must be 13 to 15 digits",
            ),
            (
                json!({"edgeWidth": "9"}),
                "sealImageInfo.edgeWidth must be from 0.5 to 3",
            ),
        ] {
            assert_eq!(refusal(create(image)), message);
        }
        assert!(create(json!({"style": "X"})).is_err() && create(json!({"spec": "CIRCULAR_30"})).is_err());
        assert_eq!(
            refusal(SealAutoCreateRequest::read(&fields(json!({})))),
            "name is missing"
        );
    }

    #[test]
    fn callback_settings() {
        let read = |value: Value| UpdateCallbackRequest::read(&fields(value));
        let request = read(json!({"encrypt": "true", "encryptType": "aes_cbc"})).unwrap();
        assert_eq!(
            (request.encrypt, request.encrypt_type.unwrap().name()),
            (Some(true), "AES_CBC")
        );
        assert!(
            read(json!({"callbackUrl": "http://127.0.0.1:8080/cb"}))
                .unwrap()
                .encrypt
                .is_none()
        );
        assert_eq!(
            read(json!({"encrypt": false, "encryptType": true}))
                .unwrap()
                .encrypt_type,
            None
        );
        assert_eq!(
            refusal(read(json!({"callbackUrl": ""}))),
            "callbackUrl is missing, give it or encrypt or encryptType"
        );
        assert_eq!(
            refusal(read(json!({"encryptType": "DES"}))),
            "encryptType must be one of AES_CBC AES_ECB"
        );
    }
}

mod changes;
