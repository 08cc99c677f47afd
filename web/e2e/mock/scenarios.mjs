/**
 * What a link of the mock leads to. A token is `name`, any number of `!operation=CODE` (the operation is
 * refused once with that code) and `~anything` (a state of its own per test): `sign!code=TOO_OFTEN~7`.
 */
import { createHash } from 'node:crypto';
import { contractPdf } from './contractPdf.mjs';

const A4 = { width: 595, height: 842 };
const CONTACT = '139****0001';

/** A saved signature, drawn as a picture of two strokes. */
const SAVED_SIGNATURE =
  'data:image/svg+xml;base64,' +
  Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="96" viewBox="0 0 240 96"><path d="M18 66c26-54 44-46 34-14s8 22 30-6 26-10 16 8 18 12 36-6 20 6 8 20 30 4 70-34" fill="none" stroke="#14181f" stroke-width="5" stroke-linecap="round"/></svg>',
  ).toString('base64');

const SCENARIOS = {
  sign: {},
  english: { lang: 'en' },
  orange: { themeColor: '#FF9900' },
  saved: { signatures: [{ id: '8001', dataUrl: SAVED_SIGNATURE, isDefault: true }] },
  place: { placements: () => [], step: { needsPlacement: true } },
  nopicture: { step: { type: 'AUDIT', needsPicture: false } },
  callback: { callbackPage: (base) => `${base}/callback-target?order=42` },
  last: { contractStatusAfter: 'COMPLETE' },
  long: { pageCounts: [240] },
  single: { pageCounts: [1] },
  scan: { pageCounts: [1], hasScan: true },
  real: { simulated: false },
  nocookie: { refusesCookies: true },
  noreject: { step: { canReject: false } },
  direct: { pageType: 'DIRECT_SIGN' },
  login: { asksForLogin: true },
  notyourturn: { step: { canSign: false, canReject: false, refusalCode: 'NOT_YOUR_TURN' } },
  signed: { step: { canSign: false, canReject: false, refusalCode: 'ALREADY_SIGNED' } },
  closed: {
    status: 'RECALLED',
    step: { canSign: false, canReject: false, refusalCode: 'CONTRACT_CLOSED' },
  },
  view: { purpose: 'VIEW', buttons: { download: true, print: true } },
  viewplain: { purpose: 'VIEW', buttons: { download: false, print: false } },
};

export function scenarioState(token) {
  const [key] = token.split('~');
  const [name, ...refusals] = key.split('!');
  const scenario = SCENARIOS[name];
  if (!scenario) return null;
  return {
    ...scenario,
    name,
    edition: 1,
    isSigned: false,
    isRejected: false,
    code: null,
    triesLeft: 5,
    received: [],
    refuseOnce: new Map(refusals.map((refusal) => refusal.split('='))),
  };
}

export function documentsOf(state) {
  const [main = 12, ...others] = state.pageCounts ?? [12, 1];
  const specs = [
    { id: '3001', title: '办公用房租赁合同', pageCount: main },
    ...others.map((pageCount, index) => ({ id: `${3002 + index}`, title: '附件一：房屋交接清单', pageCount })),
  ];
  return specs.map((spec) => {
    const bytes = contractPdf({ ...spec, edition: state.edition, hasScan: state.hasScan });
    const revision = createHash('sha256').update(bytes).digest('hex');
    return { ...spec, bytes, revision, pages: Array.from({ length: spec.pageCount }, () => A4) };
  });
}

export function contractAnswer(state, documents, base) {
  const last = documents[0].pageCount - 1;
  const status = state.isRejected ? 'REJECTED' : state.isSigned ? (state.contractStatusAfter ?? 'SIGNING') : (state.status ?? 'SIGNING');
  const canAct = !state.isSigned && !state.isRejected;
  return {
    contract: {
      id: '2900000000000000001',
      subject: '办公用房租赁合同（世纪大道一百号二十一层）',
      status,
      statusText: '签署中',
      sponsorName: '契书演示科技有限公司',
      expireTime: '2026-12-31 18:00:00',
      sn: 'QS-2026-1122',
    },
    purpose: state.purpose ?? 'SIGN',
    me: { name: '张晓明', contact: CONTACT },
    parties: [
      { name: '契书演示科技有限公司', type: 'COMPANY', status: status === 'COMPLETE' ? 'SIGNED' : 'WAITING' },
      { name: '张晓明', type: 'PERSONAL', status: state.isSigned ? 'SIGNED' : state.isRejected ? 'REJECTED' : 'SIGNING' },
    ],
    documents: documents.map(({ id, title, pageCount, revision, pages }) => ({ id, title, pageCount, revision, pages })),
    placements: state.purpose === 'VIEW' ? [] : (state.placements?.() ?? defaultPlacements(documents, last)),
    step:
      state.purpose === 'VIEW'
        ? null
        : {
            type: 'PERSONAL',
            needsPicture: true,
            needsPlacement: false,
            canReject: true,
            ...state.step,
            canSign: canAct && (state.step?.canSign ?? true),
            refusalCode: canAct ? (state.step?.refusalCode ?? null) : state.isSigned ? 'ALREADY_SIGNED' : 'CONTRACT_CLOSED',
          },
    signatures: state.signatures ?? [],
    buttons: state.buttons ?? { download: true, print: false, return: true, reject: true },
    callbackPage: state.callbackPage?.(base) ?? null,
    callbackTrusted: true,
    simulated: state.simulated ?? true,
    lang: state.lang ?? 'cn',
    themeColor: state.themeColor ?? null,
    pageType: state.pageType ?? 'SIGN',
  };
}

function defaultPlacements(documents, last) {
  const [main, annex] = documents;
  const at = (documentId, page, kind, x, y, width, height) => ({ documentId, page, kind, x, y, width, height, label: null });
  return [
    at(main.id, last, 'PERSONAL', 400, 215, 112, 48),
    at(main.id, last, 'TIMESTAMP', 356, 136, 120, 16),
    ...(annex ? [at(annex.id, 0, 'PERSONAL', 400, 215, 112, 48)] : []),
  ];
}
