import {
  PageError,
  type Box,
  type Confirming,
  type ContractPage,
  type DatePattern,
  type DocumentRevision,
  type PageClient,
  type SentCode,
  type SigningTask,
  type SignRequest,
  type SignResult,
} from '@qishu/api-client';
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { pngBase64 } from './signaturePicture';
import { useCountdown, type Countdown } from './useCountdown';

export type Sheet = 'attachments' | 'signature' | 'pad' | 'seal' | 'audit' | 'code' | 'reject' | 'refuse' | 'recall' | 'end' | 'state' | 'more' | 'password';

/** A signature the person has chosen: just drawn, or one saved before (`id`). */
export interface ChosenSignature {
  id: string | null;
  dataUrl: string;
}

/** What the person chose for the seals of this visit. */
export interface SealChoice {
  /** Seal by step. */
  seals: Record<string, string>;
  /** The name of the unverified company is confirmed. */
  isConfirmed: boolean;
  legalPerson: string;
  datePattern: DatePattern | null;
}

/** A place beside the fixed ones (`MUST_ALLOW`). */
export interface ExtraPlace extends Box {
  stepId: string;
}

export type Outcome =
  | { kind: 'SIGNED' | 'APPROVED'; result: SignResult }
  | { kind: 'REJECTED' | 'REFUSED' | 'RECALLED' | 'ENDED' };

export interface SigningFlowOptions {
  client: PageClient;
  page: Readonly<Ref<ContractPage>>;
  /** Loads the contract again and shows it; keeps the session. */
  reload: () => Promise<void>;
  /** The link or session ended: nothing can be done on this page any more. */
  onExpired: (error: PageError) => void;
}

export interface SigningFlow {
  sheet: Ref<Sheet | null>;
  /** The step a place is being chosen for. */
  placingTask: ShallowRef<SigningTask | null>;
  placement: ShallowRef<Box | null>;
  signature: ShallowRef<ChosenSignature | null>;
  saveSignature: Ref<boolean>;
  sealChoice: Ref<SealChoice>;
  comment: Ref<string>;
  sentCode: ShallowRef<SentCode | null>;
  resend: Countdown;
  busy: Ref<'code' | 'sign' | 'check' | 'end' | null>;
  /** Shown in the open sheet, beside what it is about. */
  problem: ShallowRef<unknown>;
  /** Shown over the document, when the open sheet had to close. */
  notice: ShallowRef<PageError | null>;
  /** Steps done just now, while others go on waiting for the same person. */
  doneSteps: ShallowRef<SigningTask[]>;
  outcome: ShallowRef<Outcome | null>;
  canDecline: ComputedRef<boolean>;
  isAudit: ComputedRef<boolean>;
  start(): void;
  attachmentsConfirmed(): void;
  signatureConfirmed(): void;
  sealsConfirmed(): void;
  placementConfirmed(): void;
  cancelPlacing(): void;
  /** The step that may be signed at further places beside the fixed ones. */
  extraTask: ComputedRef<SigningTask | null>;
  /** Further places, chosen before signing. */
  extraPlaces: ShallowRef<ExtraPlace[]>;
  addPlace(): void;
  removeLastPlace(): void;
  /** Another signing password, then back to confirming. */
  resetPassword(): void;
  /** The signing password was set: goes on where it was missing. */
  passwordSet(): void;
  requestCode(): Promise<void>;
  confirm(by: Confirming): Promise<void>;
  reject(reason: string): Promise<void>;
  refuse(comment: string): Promise<void>;
  recall(reason: string): Promise<void>;
  end(reason: string): Promise<void>;
  closeSheet(): void;
}

/** The codes after which the page shows the contract's new state instead of the sheet. */
const STATE_HAS_MOVED = ['REVISION_CHANGED', 'NOT_YOUR_TURN', 'ALREADY_SIGNED', 'CONTRACT_CLOSED', 'NO_SEAL_RIGHT'];
const PAGE_HAS_ENDED = ['LINK_EXPIRED', 'SESSION_EXPIRED'];
/** The code that was sent is of no use after these. */
const CODE_IS_SPENT = ['CODE_EXPIRED', 'CODE_LOCKED'];

/**
 * The way from "sign" to the result: signature, seals, places (where none are fixed), confirmation, signing. An approval
 * goes from its comment straight to the confirmation.
 *
 * What has been drawn survives a reload of the contract; codes do not, because they are bound to the
 * revisions that were shown.
 */
export function useSigningFlow(options: SigningFlowOptions): SigningFlow {
  const { client, page } = options;
  const sheet = ref<Sheet | null>(null);
  const placingTask = shallowRef<SigningTask | null>(null);
  const placement = shallowRef<Box | null>(null);
  const placed = new Map<string, Box>();
  const extraPlaces = shallowRef<ExtraPlace[]>([]);
  let isAdding = false;
  let waitsForPassword = false;
  const signature = shallowRef<ChosenSignature | null>(null);
  const saveSignature = ref(false);
  const sealChoice = ref<SealChoice>({ seals: {}, isConfirmed: false, legalPerson: '', datePattern: null });
  const comment = ref('');
  const sentCode = shallowRef<SentCode | null>(null);
  const busy = ref<'code' | 'sign' | 'check' | 'end' | null>(null);
  const problem = shallowRef<unknown>(null);
  const notice = shallowRef<PageError | null>(null);
  const doneSteps = shallowRef<SigningTask[]>([]);
  const outcome = shallowRef<Outcome | null>(null);
  const resend = useCountdown();
  const lifetime = useCountdown(() => {
    if (sentCode.value && busy.value === null) codeExpired();
  });

  const step = computed(() => page.value.step ?? null);
  const tasks = computed(() => page.value.tasks);
  const isAudit = computed(() => tasks.value[0]?.type === 'AUDIT');
  const needsPicture = computed(() => tasks.value.some((task) => task.needsPicture));
  const sealTasks = computed(() => tasks.value.filter(asksForSeal));
  const extraTask = computed(() => tasks.value.find((task) => task.mayAddPlaces) ?? null);

  function codeExpired(): void {
    sentCode.value = null;
    problem.value = new PageError('CODE_EXPIRED', { status: 0 });
  }

  function start(): void {
    if (!step.value?.canSign) return;
    notice.value = null;
    problem.value = null;
    placed.clear();
    if (isAudit.value) sheet.value = 'audit';
    else if (page.value.attachments?.length) sheet.value = 'attachments';
    else afterAttachments();
  }

  function afterAttachments(): void {
    if (needsPicture.value) {
      signature.value ??= defaultSignature(page.value);
      sheet.value = 'signature';
    } else afterSignature();
  }

  function afterSignature(): void {
    if (sealTasks.value.length > 0) sheet.value = 'seal';
    else nextPlace();
  }

  /** Asks for the place of the next step that has none; then for the confirmation. */
  function nextPlace(): void {
    const open = tasks.value.find((task) => task.needsPlacement && !placed.has(task.id));
    if (!open) return openConfirmation();
    sheet.value = null;
    placement.value = null;
    placingTask.value = open;
  }

  function placementConfirmed(): void {
    if (!placement.value || !placingTask.value) return;
    const [task, box] = [placingTask.value, placement.value];
    placement.value = null;
    placingTask.value = null;
    if (isAdding) {
      isAdding = false;
      extraPlaces.value = [...extraPlaces.value, { ...box, stepId: task.id }];
      return;
    }
    placed.set(task.id, box);
    nextPlace();
  }

  function addPlace(): void {
    if (!extraTask.value) return;
    isAdding = true;
    placement.value = null;
    placingTask.value = extraTask.value;
  }

  function openConfirmation(): void {
    placingTask.value = null;
    problem.value = null;
    const { usable: usesPassword, required, isSet } = page.value.password;
    waitsForPassword = required && !isSet;
    sheet.value = waitsForPassword ? 'password' : 'code';
    if (required) return;
    if (!usesPassword && !sentCode.value && resend.secondsLeft.value === 0) void requestCode();
  }

  async function requestCode(): Promise<void> {
    if (busy.value || resend.secondsLeft.value > 0) return;
    busy.value = 'code';
    problem.value = null;
    try {
      const sent = await client.requestCode(revisionsOf(page.value));
      sentCode.value = sent;
      resend.start(sent.retryAfterSeconds);
      lifetime.start(sent.expiresInSeconds);
    } catch (error) {
      await refused(error);
    } finally {
      busy.value = null;
    }
  }

  async function confirm(by: Confirming): Promise<void> {
    if (busy.value) return;
    busy.value = 'sign';
    problem.value = null;
    const done = tasks.value;
    const kind = isAudit.value ? 'APPROVED' : 'SIGNED';
    try {
      const result = isAudit.value ? await client.audit(approval(by)) : await client.sign(signRequest(by));
      await finish({ kind, result }, done);
    } catch (error) {
      if (error instanceof PageError && error.code === 'NETWORK') await checkWhetherSigned(error, kind, done);
      else await refused(error);
    } finally {
      busy.value = null;
    }
  }

  function approval(by: Confirming): Parameters<PageClient['audit']>[0] {
    const remark = comment.value.trim();
    return {
      ...by,
      stepId: tasks.value[0]?.id ?? '',
      revisions: revisionsOf(page.value),
      pass: true,
      ...(remark && { comment: remark }),
    };
  }

  function signRequest(by: Confirming): SignRequest {
    const chosen = needsPicture.value ? signature.value : null;
    const { seals, legalPerson, datePattern } = sealChoice.value;
    const company = tasks.value.find((task) => task.company)?.company;
    const pickedSeals = tasks.value.flatMap((task) => {
      const sealId = seals[task.id] ?? task.seals[0]?.id;
      return sealId ? [{ stepId: task.id, sealId }] : [];
    });
    const places = [...[...placed].map(([stepId, box]) => ({ ...box, stepId })), ...extraPlaces.value];
    return {
      ...by,
      revisions: revisionsOf(page.value),
      steps: tasks.value.map((task) => task.id),
      ...(chosen && { signature: chosen.id ? { id: chosen.id } : { pngBase64: pngBase64(chosen.dataUrl) } }),
      saveSignature: chosen !== null && chosen.id === null && saveSignature.value,
      ...(pickedSeals.length > 0 && { seals: pickedSeals }),
      ...(places.length > 0 && { placements: places }),
      ...(datePattern && { datePattern }),
      ...(company && {
        company: { name: company.name, ...(legalPerson.trim() && { legalPerson: legalPerson.trim() }) },
      }),
    };
  }

  /** The answer got lost: the signature may exist. Ask before anything is tried again. */
  async function checkWhetherSigned(
    lost: PageError,
    kind: 'SIGNED' | 'APPROVED',
    asked: SigningTask[],
  ): Promise<void> {
    busy.value = 'check';
    try {
      const now = await client.contract();
      const waits = now.tasks.some((task) => asked.some((before) => before.id === task.id));
      const { status } = now.contract;
      const isDone = now.step?.refusalCode === 'ALREADY_SIGNED' || status === 'COMPLETE' || status === 'INVALIDED';
      if (isDone || (!waits && (status === 'SIGNING' || status === 'INVALIDING'))) {
        const result = { status: kind, contractStatus: now.contract.status, callbackPage: now.callbackPage };
        await finish({ kind, result }, asked);
        return;
      }
    } catch {
      // Still no connection: the person may try again, signing twice is not possible.
    }
    problem.value = lost;
  }

  /** Goes on with the next steps of the same person, if there are any; else tells the outcome. */
  async function finish(reached: Outcome, done: SigningTask[]): Promise<void> {
    lifetime.stop();
    sentCode.value = null;
    sheet.value = null;
    placed.clear();
    extraPlaces.value = [];
    comment.value = '';
    const goesOn = page.value.later.length > 0;
    if (goesOn) {
      await options.reload();
      if (step.value?.canSign) {
        doneSteps.value = done;
        return;
      }
    }
    outcome.value = reached;
  }

  async function ended(kind: 'REJECTED' | 'REFUSED' | 'RECALLED' | 'ENDED', act: () => Promise<unknown>): Promise<void> {
    if (busy.value) return;
    busy.value = 'end';
    problem.value = null;
    try {
      await act();
      sheet.value = null;
      outcome.value = { kind };
    } catch (error) {
      await refused(error);
    } finally {
      busy.value = null;
    }
  }

  const refuse = (text: string): Promise<void> =>
    ended('REFUSED', () =>
      client.audit({
        stepId: tasks.value[0]?.id ?? '',
        revisions: revisionsOf(page.value),
        pass: false,
        comment: text,
      }),
    );

  async function refused(error: unknown): Promise<void> {
    const code = error instanceof PageError ? error.code : 'UNKNOWN';
    if (error instanceof PageError && PAGE_HAS_ENDED.includes(code)) return options.onExpired(error);
    if (error instanceof PageError && STATE_HAS_MOVED.includes(code)) return showNewState(error);
    problem.value = error;
    if (CODE_IS_SPENT.includes(code)) {
      lifetime.stop();
      sentCode.value = null;
    }
    const wait = error instanceof PageError ? error.details.retryAfterSeconds : undefined;
    if (wait !== undefined && busy.value !== 'end') resend.start(wait);
    if (code === 'ATTACHMENT_REQUIRED') {
      sheet.value = 'attachments';
      await options.reload();
    }
    if (code === 'PASSWORD_REQUIRED') await options.reload();
    if (code === 'PICTURE_REQUIRED') sheet.value = 'signature';
    if (error instanceof PageError && code === 'PLACEMENT_REQUIRED') askForPlacement(error);
  }

  function askForPlacement(error: PageError): void {
    sheet.value = null;
    notice.value = error;
    placed.clear();
    placement.value = null;
    placingTask.value = tasks.value.find((task) => task.needsPlacement) ?? tasks.value[0] ?? null;
  }

  async function showNewState(error: PageError): Promise<void> {
    lifetime.stop();
    sentCode.value = null;
    sheet.value = null;
    placingTask.value = null;
    placement.value = null;
    placed.clear();
    // Pages may have changed under them.
    extraPlaces.value = [];
    notice.value = error;
    await options.reload();
    // Nothing is left to do: the page then says why by itself.
    if (step.value?.canSign === false && step.value.refusalCode) notice.value = null;
  }

  return {
    sheet,
    placingTask,
    placement,
    signature,
    saveSignature,
    sealChoice,
    comment,
    sentCode,
    resend,
    busy,
    problem,
    notice,
    doneSteps,
    outcome,
    canDecline: computed(
      () => !isAudit.value && step.value?.canReject === true && page.value.buttons.reject !== false,
    ),
    isAudit,
    start,
    attachmentsConfirmed: afterAttachments,
    signatureConfirmed: () => {
      if (signature.value) afterSignature();
    },
    sealsConfirmed: nextPlace,
    placementConfirmed,
    cancelPlacing: () => {
      if (!isAdding) placed.clear();
      isAdding = false;
      placingTask.value = null;
      placement.value = null;
    },
    extraTask,
    extraPlaces,
    addPlace,
    removeLastPlace: () => {
      extraPlaces.value = extraPlaces.value.slice(0, -1);
    },
    passwordSet: () => {
      if (waitsForPassword && page.value.password.isSet) openConfirmation();
    },
    requestCode,
    confirm,
    reject: (reason) => ended('REJECTED', () => client.reject(reason)),
    refuse,
    recall: (reason) => ended('RECALLED', () => client.recall(reason)),
    end: (reason) => ended('ENDED', () => client.end(reason)),
    resetPassword: () => {
      waitsForPassword = true;
      sheet.value = 'password';
    },
    closeSheet: () => {
      waitsForPassword = false;
      sheet.value = null;
      problem.value = null;
    },
  };
}

/** Steps for which something about seals or dates is shown before the confirmation. */
export function asksForSeal(task: SigningTask): boolean {
  return task.seals.length > 0 || task.company != null || task.datePatterns.length > 0;
}

/** The revisions on the screen: what the person has seen and is about to sign. */
export function revisionsOf(page: ContractPage): DocumentRevision[] {
  return page.documents.map(({ id, revision }) => ({ documentId: id, revision }));
}

function defaultSignature(page: ContractPage): ChosenSignature | null {
  const saved = page.signatures.find((signature) => signature.isDefault) ?? page.signatures[0];
  return saved ? { id: saved.id, dataUrl: saved.dataUrl } : null;
}
