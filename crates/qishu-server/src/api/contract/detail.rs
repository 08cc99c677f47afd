//! 合同详情: GET `/v2/contract/detail`

use qishu_app::contract::{Detail, DetailQuery, contract_detail};
use qishu_wire::answers::{
    ContractAnswer, DetailView, Owner, Place, RelatedContractAnswer, SealStatAnswer, UserAnswer,
};
use qishu_wire::requests::DetailRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = DetailRequest::read(&call.fields)?;
    let query = DetailQuery {
        locations: request.query_location || request.query_seal_stats,
        related: request.query_related_contract,
        real_names: request.query_operator_real_info,
    };
    let detail = contract_detail(&call.app, &call.caller, &request.address, query).await?;
    let related: Vec<RelatedContractAnswer> = detail.related.iter().map(related).collect();
    let places = |owner: Owner, index: usize| places(&detail, owner, index);
    let seal_stats = |owner: Owner| seal_stats(&detail, owner);
    let view = DetailView {
        operators: request.query_operators,
        locations: request.query_location,
        places: request.query_location.then_some(&places),
        related: request.query_related_contract.then_some(related.as_slice()),
        seal_stats: request.query_seal_stats.then_some(&seal_stats),
    };
    let answered = hide_foreign_people(ContractAnswer::new(&detail.contract, &view), &detail);
    answer(&with_names_and_links(answered, &detail))
}

/// Adds the verified names that were asked for, and the links to free places.
fn with_names_and_links(mut answer: ContractAnswer, detail: &Detail) -> ContractAnswer {
    let real_name = |person: &UserAnswer| {
        let mut known = detail.real_names.iter();
        let found = known.find(|(user, _)| {
            user.contact == person.contact && user.contact_type.name() == person.contact_type
        });
        found.map(|(_, name)| name.clone())
    };
    for party in &mut answer.signatories {
        let link = detail.join_links.iter().find(|(id, _)| *id == party.id);
        party.link = link.map(|(_, link)| link.clone());
        let of_steps = party
            .actions
            .iter_mut()
            .flat_map(|action| action.operators.iter_mut().flatten());
        for person in party.receiver.iter_mut().chain(of_steps) {
            person.real_name = real_name(person);
        }
    }
    answer
}

fn related(contract: &qishu_app::contract::Related) -> RelatedContractAnswer {
    RelatedContractAnswer {
        id: contract.id,
        subject: contract.subject.clone(),
        sn: contract.sn.clone(),
        status: contract.status,
    }
}

/// Where the `index`-th position of a party or step was found (D-29).
fn places(detail: &Detail, owner: Owner, index: usize) -> Vec<Place> {
    let of_owner = detail.places.iter().filter(|found| match owner {
        Owner::Action(action) => found.action == Some(action),
        Owner::Signatory(party) => found.party == party && found.action.is_none(),
    });
    of_owner
        .filter(|found| found.index == index)
        .map(|found| Place {
            document_id: found.document,
            page: i32::try_from(found.page + 1).unwrap_or(i32::MAX),
            offset_x: found.offset_x,
            offset_y: found.offset_y,
        })
        .collect()
}

/// How many seals of each kind a party or step has on each document.
fn seal_stats(detail: &Detail, owner: Owner) -> Vec<SealStatAnswer> {
    let mut stats: Vec<SealStatAnswer> = Vec::new();
    for found in &detail.places {
        let belongs = match owner {
            Owner::Action(action) => found.action == Some(action),
            Owner::Signatory(party) => found.party == party,
        };
        if !belongs {
            continue;
        }
        let kind = found.stamper.stamper_type.name();
        let known = stats.iter_mut().find(|stat| {
            stat.document_id == found.document
                && stat.seal_type == kind
                && stat.seal_id == found.stamper.seal_id
        });
        match known {
            Some(stat) => stat.count += 1,
            None => stats.push(SealStatAnswer {
                document_id: found.document,
                count: 1,
                seal_type: kind,
                seal_id: found.stamper.seal_id,
            }),
        }
    }
    stats
}

/// People of steps are told for the caller's own companies only (4.12).
fn hide_foreign_people(mut answer: ContractAnswer, detail: &Detail) -> ContractAnswer {
    for (party, own) in answer.signatories.iter_mut().zip(&detail.own_parties) {
        if !own {
            party
                .actions
                .iter_mut()
                .for_each(|action| action.operators = None);
        }
    }
    answer
}
