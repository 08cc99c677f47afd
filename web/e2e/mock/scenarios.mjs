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

const OUTSIDE = '上海明远国际贸易有限公司';
const SEALS = [
  { id: '7001', name: '公章', width: 119.06, height: 119.06 },
  { id: '7002', name: '合同专用章', width: 119.06, height: 119.06 },
];

/** A step that waits for the person; what the real API gives for it. */
function task(id, type, change = {}) {
  const placementKind = type === 'COMPANY' || type === 'PRACTICE' ? 'COMPANY' : type === 'LP' ? 'LP' : 'PERSONAL';
  return {
    id,
    type,
    name: null,
    partyName: '契书演示科技有限公司',
    needsPicture: ['SIGNATURE', 'OPERATOR', 'PERSONAL'].includes(type),
    needsPlacement: false,
    mayAddPlaces: false,
    placementKind,
    seals: [],
    company: null,
    datePatterns: [],
    ...change,
  };
}

const outsideTask = (id, type) =>
  task(id, type, { partyName: OUTSIDE, company: type === 'OPERATOR' ? null : { name: OUTSIDE, needsLegalPerson: type === 'LP' } });

/** Inner steps of the initiator, as the state of signing shows them. */
const INNER_STEPS = [
  { type: 'AUDIT', name: '法务审批', status: 'FINISH', completeTime: '2026-11-20 09:30:00', by: '王晓' },
  { type: 'COMPANY', name: '公章签署', status: 'START', completeTime: null, by: null },
];

const SCENARIOS = {
  sign: {},
  english: { lang: 'en' },
  orange: { themeColor: '#FF9900' },
  saved: { signatures: [{ id: '8001', dataUrl: SAVED_SIGNATURE, isDefault: true }] },
  place: { placements: () => [], step: { needsPlacement: true } },
  nopicture: { step: { needsPicture: false }, tasks: () => [task('1', 'COMPANY')] },
  company: {
    tasks: () => [task('1', 'COMPANY', { seals: SEALS, datePatterns: ['HYPHEN', 'Chinese'] })],
    placementStep: '1',
    placementKind: 'COMPANY',
  },
  sealplace: { placements: () => [], tasks: () => [task('1', 'COMPANY', { seals: SEALS, needsPlacement: true })] },
  outside: { tasks: () => [outsideTask('1', 'OPERATOR'), outsideTask('2', 'LP'), outsideTask('3', 'COMPANY')], placementStep: '1' },
  audit: {
    tasks: (state) => (state.isApproved ? [task('2', 'COMPANY', { seals: SEALS })] : [task('1', 'AUDIT')]),
    later: (state) => (state.isApproved ? [] : ['COMPANY']),
    placements: () => [],
  },
  initiator: {
    step: { canSign: false, canReject: false, refusalCode: 'NO_SIGN_STEP' },
    buttons: { download: true, print: false, return: true, reject: false, recall: true, end: true, state: true },
    innerSteps: INNER_STEPS,
    callbackPage: () => 'https://erp.example.com/contracts?id=42',
    callbackTrusted: false,
  },
  noseal: { step: { canSign: false, canReject: false, refusalCode: 'NO_SEAL_RIGHT' } },
  password: { password: { usable: true, isSet: true, maySet: true, required: false } },
  setpassword: { password: { usable: false, isSet: false, maySet: true, required: false } },
  mustpassword: { password: { usable: false, isSet: false, maySet: true, required: true } },
  mayadd: { step: {}, tasks: () => [task('9', 'SIGNATURE', { partyName: '张晓明', mayAddPlaces: true })], placementStep: '9' },
  print: { pageType: 'PRINT', buttons: { download: true, print: true, return: true, reject: false } },
  appoint: { purpose: 'APPOINT' },
  appointparams: { purpose: 'APPOINT', mode: 'FILL_PARAMETERS', params: fillParams() },
  join: { place: { subject: '办公设备采购合同', sponsorName: '契书演示科技有限公司', company: false, tenantName: null } },
  joincompany: { place: { subject: '办公设备采购合同', sponsorName: '契书演示科技有限公司', company: true, tenantName: OUTSIDE } },
  files: {
    attachments: [
      { id: '41', title: '营业执照副本（加盖公章）', required: true, needSign: true, isHandedIn: false },
      { id: '42', title: '授权委托书', required: false, needSign: false, isHandedIn: false },
    ],
  },
  fill: {
    status: 'FILLING',
    step: { canSign: false, canReject: false, refusalCode: 'CONTRACT_CLOSED' },
    fill: { params: fillParams() },
  },
  voiding: {
    status: 'INVALIDING',
    tasks: () => [task('9', 'VOID', { partyName: '张晓明', needsPicture: true })],
    void: { documentId: '3002', reason: '双方协商一致，重新签订', expireTime: '2026-12-31 23:59:59' },
    placements: () => [],
  },
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

/** One parameter of every kind a person can fill. */
function fillParams() {
  const param = (name, type, change = {}) => ({ name, type, required: true, readOnly: false, value: null, options: [], columns: [], description: null, ...change });
  return [
    param('联系地址', 'text', { description: '省、市、区、街道及门牌号' }),
    param('身份证号', 'idcard'),
    param('合同金额', 'text', { readOnly: true, value: '人民币伍万捌仟元整' }),
    param('交付日期', 'date'),
    param('付款方式', 'radio', { options: ['一次性付清', '按月支付'] }),
    param('附带服务', 'checkbox', { required: false, options: ['安装', '培训', '三年质保'] }),
    param('设备清单', 'table', { columns: ['名称', '数量'] }),
    param('备注', 'textarea', { required: false }),
    param('现场照片', 'image', { required: false }),
  ];
}

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
    const { bytes, revision } = drawn({ ...spec, edition: state.edition, hasScan: state.hasScan });
    return { ...spec, bytes, revision, pages: Array.from({ length: spec.pageCount }, () => A4) };
  });
}

/** Files that were made already: each is asked for again and again. */
const files = new Map();

function drawn(spec) {
  const key = JSON.stringify(spec);
  if (!files.has(key)) {
    const bytes = contractPdf(spec);
    files.set(key, { bytes, revision: createHash('sha256').update(bytes).digest('hex') });
  }
  return files.get(key);
}

/** The draft of a link for preparing one. */
export function draftAnswer(state, documents, base) {
  return {
    contract: {
      id: '2900000000000000002',
      subject: '办公设备采购合同（二〇二六年第四季度）',
      status: 'DRAFT',
      statusText: '草稿',
      sponsorName: '契书演示科技有限公司',
      sn: 'QS-2026-1123',
      description: '含安装与三年质保',
      expireTime: '2026-12-31 23:59:59',
      expireDate: '2026-12-31',
      endDate: null,
      ordinal: true,
    },
    documents: documents.map(({ id, title, pageCount, revision, pages }) => ({ id, title, pageCount, revision, pages })),
    parties: [
      {
        id: '501',
        name: '契书演示科技有限公司',
        type: 'COMPANY',
        sponsor: true,
        order: 1,
        contact: null,
        steps: [
          { id: '601', type: 'AUDIT', name: '法务审批' },
          { id: '602', type: 'COMPANY', name: '公章签署' },
        ],
      },
      { id: '502', name: '张晓明', type: 'PERSONAL', sponsor: false, order: 2, contact: CONTACT, steps: [] },
    ],
    positions: state.positions ?? [
      { signatoryId: '502', actionId: null, keep: 0, kind: 'PERSONAL', documentId: documents[0].id, page: 0, x: 380, y: 120, width: 112, height: 48, moves: true },
    ],
    params: state.params ?? [],
    offer: { mode: state.mode ?? 'APPOINT', send: true, save: true, locations: true, params: true, return: true },
    callbackPage: `${base}/callback-target?draft=1`,
    callbackTrusted: true,
    simulated: true,
    lang: state.lang ?? 'cn',
    themeColor: null,
  };
}

export function contractAnswer(state, documents, base) {
  const last = documents[0].pageCount - 1;
  const status = state.isRejected ? (state.void ? 'COMPLETE' : 'REJECTED') : state.isSigned ? (state.contractStatusAfter ?? 'SIGNING') : (state.status ?? 'SIGNING');
  const canAct = !state.isSigned && !state.isRejected;
  const canSign = state.purpose !== 'VIEW' && canAct && (state.step?.canSign ?? true);
  const usual = () => [task('9', 'SIGNATURE', { partyName: '张晓明', needsPlacement: state.step?.needsPlacement ?? false })];
  const tasks = canSign ? (state.tasks?.(state) ?? usual()) : [];
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
      {
        name: '契书演示科技有限公司',
        type: 'COMPANY',
        sponsor: true,
        order: 1,
        status: status === 'COMPLETE' ? 'SIGNED' : state.innerSteps ? 'SIGNING' : 'WAITING',
        steps: state.innerSteps ?? [],
      },
      { name: '张晓明', type: 'PERSONAL', order: 2, status: state.isSigned ? 'SIGNED' : state.isRejected ? 'REJECTED' : 'SIGNING' },
    ],
    documents: documents.map(({ id, title, pageCount, revision, pages }) => ({ id, title, pageCount, revision, pages })),
    placements: state.purpose === 'VIEW' ? [] : (state.placements?.() ?? defaultPlacements(documents, last, tasks[0]?.id, state.placementKind)),
    step:
      state.purpose === 'VIEW'
        ? null
        : {
            type: tasks[0]?.type ?? 'SIGNATURE',
            needsPicture: tasks.some((one) => one.needsPicture),
            needsPlacement: tasks.some((one) => one.needsPlacement),
            canReject: true,
            ...state.step,
            canSign,
            refusalCode: canAct ? (state.step?.refusalCode ?? null) : state.isSigned ? 'ALREADY_SIGNED' : 'CONTRACT_CLOSED',
          },
    tasks,
    later: state.later?.(state) ?? [],
    password: state.password ?? { usable: false, isSet: false, maySet: false, required: false },
    attachments: canSign ? (state.attachments ?? []) : [],
    fill: state.fill ?? null,
    void: state.void ?? null,
    signatures: state.signatures ?? [],
    buttons: state.buttons ?? { state: true, download: true, print: false, return: true, reject: true },
    callbackPage: state.callbackPage?.(base) ?? null,
    callbackTrusted: state.callbackTrusted ?? true,
    simulated: state.simulated ?? true,
    lang: state.lang ?? 'cn',
    themeColor: state.themeColor ?? null,
    pageType: state.pageType ?? 'SIGN',
  };
}

function defaultPlacements(documents, last, stepId, mark = 'PERSONAL') {
  const [main, annex] = documents;
  const at = (documentId, page, kind, x, y, width, height) => ({ stepId, documentId, page, kind, x, y, width, height, label: null });
  if (mark === 'COMPANY') {
    const strip = (page) => at(main.id, page, 'ACROSS_PAGE', 585, 400, 10, 119);
    return [at(main.id, last, 'COMPANY', 120, 190, 119, 119), ...Array.from({ length: last + 1 }, (_, page) => strip(page))];
  }
  return [
    at(main.id, last, 'PERSONAL', 400, 215, 112, 48),
    at(main.id, last, 'TIMESTAMP', 356, 136, 120, 16),
    ...(annex ? [at(annex.id, 0, 'PERSONAL', 400, 215, 112, 48)] : []),
  ];
}
