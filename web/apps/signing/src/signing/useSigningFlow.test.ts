import { PageError, type ContractPage, type PageClient, type SigningTask, type SignRequest } from '@qishu/api-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, shallowRef, type EffectScope } from 'vue';
import { useSigningFlow, type SigningFlow } from './useSigningFlow';

const pngUrl = 'data:image/png;base64,AAAA';

function task(change: Partial<SigningTask> = {}): SigningTask {
  return {
    id: '7',
    type: 'SIGNATURE',
    needsPicture: true,
    needsPlacement: false,
    mayAddPlaces: false,
    placementKind: 'PERSONAL',
    seals: [],
    datePatterns: [],
    ...change,
  };
}

function contractPage(change: Partial<ContractPage> = {}): ContractPage {
  return {
    contract: { id: '1', subject: '合同', status: 'SIGNING', statusText: '签署中', sponsorName: '甲方' },
    purpose: 'SIGN',
    me: { name: '张三', contact: '139****0001' },
    parties: [],
    documents: [{ id: 'd', title: '合同', pageCount: 1, revision: 'r1', pages: [{ width: 595, height: 842 }] }],
    placements: [],
    step: { type: 'PERSONAL', needsPicture: true, canSign: true, canReject: true },
    tasks: [task()],
    later: [],
    password: { usable: false, isSet: false, maySet: false, required: false },
    signatures: [],
    buttons: {},
    simulated: false,
    lang: 'cn',
    ...change,
  };
}

const refusal = (code: PageError['code'], details = {}) => new PageError(code, { status: 409, ...details });

describe('signing flow', () => {
  let scope: EffectScope;
  let page: ReturnType<typeof shallowRef<ContractPage>>;
  let flow: SigningFlow;
  const requestCode = vi.fn<PageClient['requestCode']>();
  const sign = vi.fn<PageClient['sign']>();
  const reject = vi.fn<PageClient['reject']>();
  const audit = vi.fn<PageClient['audit']>();
  const contract = vi.fn<PageClient['contract']>();
  const reload = vi.fn<() => Promise<void>>();
  const onExpired = vi.fn<(error: PageError) => void>();

  function startFlow(initial = contractPage()): void {
    page = shallowRef(initial);
    scope = effectScope();
    flow = scope.run(() =>
      useSigningFlow({
        client: { requestCode, sign, audit, reject, contract } as unknown as PageClient,
        page: page as Readonly<typeof page> & { value: ContractPage },
        reload,
        onExpired,
      }),
    ) as SigningFlow;
  }

  async function toCode(): Promise<void> {
    flow.start();
    flow.signature.value ??= { id: null, dataUrl: pngUrl };
    flow.signatureConfirmed();
    await vi.advanceTimersByTimeAsync(0);
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] });
    for (const mock of [requestCode, sign, audit, reject, contract, reload, onExpired]) mock.mockReset();
    requestCode.mockResolvedValue({ sentTo: '139****0001', retryAfterSeconds: 60, expiresInSeconds: 300, simulated: true });
    reload.mockResolvedValue();
  });

  afterEach(() => {
    scope.stop();
    vi.useRealTimers();
  });

  it('sends the revisions that were shown, the drawn picture and the code', async () => {
    startFlow();
    sign.mockResolvedValue({ status: 'SIGNED', contractStatus: 'SIGNING' });
    await toCode();
    expect(flow.sheet.value).toBe('code');
    expect(requestCode).toHaveBeenCalledExactlyOnceWith([{ documentId: 'd', revision: 'r1' }]);
    flow.saveSignature.value = true;
    await flow.confirm({ code: '123456' });
    expect(sign).toHaveBeenCalledExactlyOnceWith({
      revisions: [{ documentId: 'd', revision: 'r1' }],
      code: '123456',
      steps: ['7'],
      signature: { pngBase64: 'AAAA' },
      saveSignature: true,
    } satisfies SignRequest);
    expect(flow.outcome.value?.kind).toBe('SIGNED');
  });

  it('offers the default saved signature and never saves it again', async () => {
    startFlow(
      contractPage({
        signatures: [
          { id: 'a', dataUrl: pngUrl, isDefault: false },
          { id: 'b', dataUrl: pngUrl, isDefault: true },
        ],
      }),
    );
    sign.mockResolvedValue({ status: 'SIGNED', contractStatus: 'COMPLETE' });
    await toCode();
    flow.saveSignature.value = true;
    await flow.confirm({ code: '123456' });
    expect(sign.mock.calls[0]?.[0]).toMatchObject({ signature: { id: 'b' }, saveSignature: false });
  });

  it('asks for a place only when none is fixed, and sends it', async () => {
    startFlow(contractPage({ tasks: [task({ needsPlacement: true })] }));
    sign.mockResolvedValue({ status: 'SIGNED', contractStatus: 'COMPLETE' });
    await toCode();
    expect([flow.placingTask.value?.id, flow.sheet.value]).toEqual(['7', null]);
    flow.placementConfirmed();
    expect(flow.sheet.value).toBeNull();
    const box = { documentId: 'd', page: 0, x: 1, y: 2, width: 112, height: 48 };
    flow.placement.value = box;
    flow.placementConfirmed();
    await vi.advanceTimersByTimeAsync(0);
    await flow.confirm({ code: '123456' });
    expect(sign.mock.calls[0]?.[0].placements).toEqual([{ ...box, stepId: '7' }]);
  });

  it('does nothing for who may not sign', () => {
    startFlow(contractPage({ step: { ...contractPage().step!, canSign: false } }));
    flow.start();
    expect(flow.sheet.value).toBeNull();
  });

  it('sends one code per minute, however often the sheet is opened', async () => {
    startFlow();
    await toCode();
    flow.closeSheet();
    await toCode();
    await flow.requestCode();
    expect(requestCode).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    await flow.requestCode();
    expect(requestCode).toHaveBeenCalledTimes(2);
  });

  it('tells when the code has run out, without being asked', async () => {
    startFlow();
    await toCode();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(flow.sentCode.value).toBeNull();
    expect(flow.problem.value).toMatchObject({ code: 'CODE_EXPIRED' });
  });

  it('keeps the code after a wrong one, drops it when it is void', async () => {
    startFlow();
    await toCode();
    sign.mockRejectedValueOnce(refusal('CODE_WRONG', { triesLeft: 1 }));
    await flow.confirm({ code: '000000' });
    expect(flow.sentCode.value).not.toBeNull();
    sign.mockRejectedValueOnce(refusal('CODE_LOCKED', { retryAfterSeconds: 200 }));
    await flow.confirm({ code: '000000' });
    expect(flow.sentCode.value).toBeNull();
    expect(flow.resend.secondsLeft.value).toBe(200);
  });

  it('signs once, even when the button is pressed twice', async () => {
    startFlow();
    await toCode();
    let answer: (value: { status: string; contractStatus: 'COMPLETE' }) => void = () => undefined;
    sign.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const both = [flow.confirm({ code: '123456' }), flow.confirm({ code: '123456' })];
    answer({ status: 'SIGNED', contractStatus: 'COMPLETE' });
    await Promise.all(both);
    expect(sign).toHaveBeenCalledTimes(1);
  });

  it('shows the new revision when the document moved on, and needs a new code for it', async () => {
    startFlow();
    await toCode();
    sign.mockRejectedValueOnce(refusal('REVISION_CHANGED'));
    await flow.confirm({ code: '123456' });
    expect(reload).toHaveBeenCalledTimes(1);
    expect(flow.sheet.value).toBeNull();
    expect(flow.sentCode.value).toBeNull();
    expect(flow.notice.value).toMatchObject({ code: 'REVISION_CHANGED' });
    expect(flow.signature.value?.dataUrl).toBe(pngUrl);
  });

  it.each([
    ['signed after all', { refusalCode: 'ALREADY_SIGNED', canSign: false }, 'SIGNED'],
    ['not signed', { canSign: true }, undefined],
  ])('finds out what became of a lost answer: %s', async (_name, step, outcome) => {
    startFlow();
    await toCode();
    sign.mockRejectedValueOnce(refusal('NETWORK'));
    contract.mockResolvedValue(contractPage({ step: { ...contractPage().step!, ...step } }));
    await flow.confirm({ code: '123456' });
    expect(flow.outcome.value?.kind).toBe(outcome);
    expect(flow.busy.value).toBeNull();
    if (!outcome) expect(flow.problem.value).toMatchObject({ code: 'NETWORK' });
  });

  it('ends with the session', async () => {
    startFlow();
    requestCode.mockRejectedValueOnce(refusal('SESSION_EXPIRED'));
    await toCode();
    expect(onExpired).toHaveBeenCalledTimes(1);
  });

  it('leads back to what is missing', async () => {
    startFlow();
    await toCode();
    sign.mockRejectedValueOnce(refusal('PICTURE_REQUIRED'));
    await flow.confirm({ code: '123456' });
    expect(flow.sheet.value).toBe('signature');
    sign.mockRejectedValueOnce(refusal('PLACEMENT_REQUIRED'));
    await flow.confirm({ code: '123456' });
    expect([flow.sheet.value, flow.placingTask.value?.id]).toEqual([null, '7']);
  });

  it('declines, and stays open when that is refused', async () => {
    startFlow();
    reject.mockRejectedValueOnce(refusal('TOO_OFTEN', { retryAfterSeconds: 90 }));
    flow.sheet.value = 'reject';
    await flow.reject('不同意');
    expect([flow.sheet.value, flow.outcome.value]).toEqual(['reject', null]);
    expect(flow.resend.secondsLeft.value).toBe(0);
    await flow.reject('不同意');
    expect(flow.outcome.value).toEqual({ kind: 'REJECTED' });
  });

  it('asks for seal and place of a company step, and sends both with the confirmed name', async () => {
    const seals = [
      { id: 's1', name: '公章', width: 119, height: 119 },
      { id: 's2', name: '合同专用章', width: 119, height: 119 },
    ];
    const company = { name: '上海明远贸易有限公司', needsLegalPerson: true };
    startFlow(
      contractPage({
        tasks: [
          task({ id: '1', type: 'COMPANY', needsPicture: false, needsPlacement: true, placementKind: 'COMPANY', seals }),
          task({ id: '2', type: 'LP', needsPicture: false, placementKind: 'LP', company }),
        ],
      }),
    );
    sign.mockResolvedValue({ status: 'SIGNED', contractStatus: 'COMPLETE' });
    flow.start();
    expect(flow.sheet.value).toBe('seal');
    flow.sealChoice.value = { seals: { 1: 's2' }, isConfirmed: true, legalPerson: ' 周明远 ', datePattern: 'Chinese' };
    flow.sealsConfirmed();
    expect(flow.placingTask.value?.id).toBe('1');
    flow.placement.value = { documentId: 'd', page: 0, x: 1, y: 2, width: 119, height: 119 };
    flow.placementConfirmed();
    await vi.advanceTimersByTimeAsync(0);
    await flow.confirm({ code: '123456' });
    const { signature, ...sent } = sign.mock.calls[0]![0];
    expect(signature).toBeUndefined();
    expect(sent).toMatchObject({
      steps: ['1', '2'],
      seals: [{ stepId: '1', sealId: 's2' }],
      placements: [{ stepId: '1', page: 0 }],
      datePattern: 'Chinese',
      company: { name: '上海明远贸易有限公司', legalPerson: '周明远' },
    });
  });

  it('approves with a remark and goes on with what the same person has to do next', async () => {
    const approval = task({ id: '1', type: 'AUDIT', needsPicture: false });
    startFlow(contractPage({ tasks: [approval], later: ['COMPANY'] }));
    audit.mockResolvedValue({ status: 'APPROVED', contractStatus: 'SIGNING' });
    reload.mockImplementation(async () => {
      page.value = contractPage({ tasks: [task({ id: '2', type: 'COMPANY', needsPicture: false })] });
    });
    flow.start();
    expect(flow.sheet.value).toBe('audit');
    flow.comment.value = ' 同意 ';
    flow.sealsConfirmed();
    await vi.advanceTimersByTimeAsync(0);
    await flow.confirm({ code: '123456' });
    expect(audit.mock.calls[0]?.[0]).toMatchObject({ stepId: '1', pass: true, comment: '同意', code: '123456' });
    expect(flow.outcome.value).toBeNull();
    expect(flow.doneSteps.value).toEqual([approval]);
    expect(page.value?.tasks[0]?.id).toBe('2');
  });

  it('refuses approval with a comment and no code', async () => {
    startFlow(contractPage({ tasks: [task({ id: '1', type: 'AUDIT', needsPicture: false })] }));
    audit.mockResolvedValue({ status: 'REFUSED', contractStatus: 'REJECTED' });
    await flow.refuse('价格有误');
    expect(audit).toHaveBeenCalledExactlyOnceWith({
      stepId: '1',
      revisions: [{ documentId: 'd', revision: 'r1' }],
      pass: false,
      comment: '价格有误',
    });
    expect(flow.outcome.value).toEqual({ kind: 'REFUSED' });
  });

  it('asks for no code where the signing password will do', async () => {
    startFlow(contractPage({ password: { usable: true, isSet: true, maySet: true, required: false } }));
    sign.mockResolvedValue({ status: 'SIGNED', contractStatus: 'SIGNING' });
    await toCode();
    expect(requestCode).not.toHaveBeenCalled();
    await flow.confirm({ password: 'k7#mQ2' });
    expect(sign.mock.calls[0]?.[0]).toMatchObject({ password: 'k7#mQ2' });
  });

  it('has the signing password set first where nothing else confirms', async () => {
    const password = { usable: false, isSet: false, maySet: true, required: true };
    startFlow(contractPage({ password }));
    flow.start();
    flow.signature.value = { id: '1', dataUrl: pngUrl };
    flow.signatureConfirmed();
    expect(flow.sheet.value).toBe('password');
    page.value = contractPage({ password: { ...password, usable: true, isSet: true } });
    flow.passwordSet();
    expect([flow.sheet.value, requestCode.mock.calls.length]).toEqual(['code', 0]);

    flow.resetPassword();
    flow.closeSheet();
    flow.passwordSet();
    expect(flow.sheet.value).toBeNull();
  });

  it('adds places beside the fixed ones, and takes the last one back', async () => {
    startFlow(contractPage({ tasks: [task({ mayAddPlaces: true, needsPicture: false })] }));
    sign.mockResolvedValue({ status: 'SIGNED', contractStatus: 'SIGNING' });
    const box = { documentId: 'd', page: 0, x: 10, y: 20, width: 112, height: 48 };
    for (const x of [10, 50]) {
      flow.addPlace();
      flow.placement.value = { ...box, x };
      flow.placementConfirmed();
    }
    flow.addPlace();
    flow.cancelPlacing();
    flow.removeLastPlace();
    expect(flow.extraPlaces.value).toEqual([{ ...box, stepId: '7' }]);
    await toCode();
    await flow.confirm({ code: '123456' });
    expect(sign.mock.calls[0]?.[0].placements).toEqual([{ ...box, stepId: '7' }]);
    expect(flow.extraPlaces.value).toEqual([]);
  });

  it('hides declining where the integrator or the step forbids it', () => {
    startFlow(contractPage({ buttons: { reject: false } }));
    expect(flow.canDecline.value).toBe(false);
    scope.stop();
    startFlow(contractPage({ step: { ...contractPage().step!, canReject: false } }));
    expect(flow.canDecline.value).toBe(false);
    scope.stop();
    startFlow();
    expect(flow.canDecline.value).toBe(true);
  });
});
