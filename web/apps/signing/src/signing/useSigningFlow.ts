import {
  PageError,
  type Box,
  type ContractPage,
  type DocumentRevision,
  type PageClient,
  type SentCode,
  type SignResult,
} from '@qishu/api-client';
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { pngBase64 } from './signaturePicture';
import { useCountdown, type Countdown } from './useCountdown';

export type Sheet = 'signature' | 'pad' | 'code' | 'reject' | 'details';

/** A signature the person has chosen: just drawn, or one saved before (`id`). */
export interface ChosenSignature {
  id: string | null;
  dataUrl: string;
}

export type Outcome = { kind: 'SIGNED'; result: SignResult } | { kind: 'REJECTED' };

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
  isPlacing: Ref<boolean>;
  placement: ShallowRef<Box | null>;
  signature: ShallowRef<ChosenSignature | null>;
  saveSignature: Ref<boolean>;
  sentCode: ShallowRef<SentCode | null>;
  resend: Countdown;
  busy: Ref<'code' | 'sign' | 'check' | 'reject' | null>;
  /** Shown in the open sheet, beside what it is about. */
  problem: ShallowRef<unknown>;
  /** Shown over the document, when the open sheet had to close. */
  notice: ShallowRef<PageError | null>;
  outcome: ShallowRef<Outcome | null>;
  canDecline: ComputedRef<boolean>;
  start(): void;
  signatureConfirmed(): void;
  placementConfirmed(): void;
  requestCode(): Promise<void>;
  sign(code: string): Promise<void>;
  reject(reason: string): Promise<void>;
  closeSheet(): void;
}

/** The codes after which the page shows the contract's new state instead of the sheet. */
const STATE_HAS_MOVED = ['REVISION_CHANGED', 'NOT_YOUR_TURN', 'ALREADY_SIGNED', 'CONTRACT_CLOSED'];
const PAGE_HAS_ENDED = ['LINK_EXPIRED', 'SESSION_EXPIRED'];
/** The code that was sent is of no use after these. */
const CODE_IS_SPENT = ['CODE_EXPIRED', 'CODE_LOCKED'];

/**
 * The way from "sign" to the result: signature, place (when none is fixed), code, signing.
 *
 * What has been drawn survives a reload of the contract; codes do not, because they are bound to the
 * revisions that were shown.
 */
export function useSigningFlow(options: SigningFlowOptions): SigningFlow {
  const { client, page } = options;
  const sheet = ref<Sheet | null>(null);
  const isPlacing = ref(false);
  const placement = shallowRef<Box | null>(null);
  const signature = shallowRef<ChosenSignature | null>(null);
  const saveSignature = ref(false);
  const sentCode = shallowRef<SentCode | null>(null);
  const busy = ref<'code' | 'sign' | 'check' | 'reject' | null>(null);
  const problem = shallowRef<unknown>(null);
  const notice = shallowRef<PageError | null>(null);
  const outcome = shallowRef<Outcome | null>(null);
  const resend = useCountdown();
  const lifetime = useCountdown(() => {
    if (sentCode.value && busy.value === null) codeExpired();
  });

  const step = computed(() => page.value.step ?? null);
  const needsPlacement = computed(() => step.value?.needsPlacement === true);

  function codeExpired(): void {
    sentCode.value = null;
    problem.value = new PageError('CODE_EXPIRED', { status: 0 });
  }

  function start(): void {
    if (!step.value?.canSign) return;
    notice.value = null;
    problem.value = null;
    if (!step.value.needsPicture) return afterSignature();
    signature.value ??= defaultSignature(page.value);
    sheet.value = 'signature';
  }

  function afterSignature(): void {
    if (needsPlacement.value) {
      sheet.value = null;
      isPlacing.value = true;
    } else openCodeSheet();
  }

  function openCodeSheet(): void {
    isPlacing.value = false;
    problem.value = null;
    sheet.value = 'code';
    if (!sentCode.value && resend.secondsLeft.value === 0) void requestCode();
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

  async function sign(code: string): Promise<void> {
    if (busy.value) return;
    busy.value = 'sign';
    problem.value = null;
    try {
      finish(await client.sign(signRequest(code)));
    } catch (error) {
      if (error instanceof PageError && error.code === 'NETWORK') await checkWhetherSigned(error);
      else await refused(error);
    } finally {
      busy.value = null;
    }
  }

  function signRequest(code: string): Parameters<PageClient['sign']>[0] {
    const chosen = step.value?.needsPicture ? signature.value : null;
    return {
      revisions: revisionsOf(page.value),
      code,
      ...(chosen && { signature: chosen.id ? { id: chosen.id } : { pngBase64: pngBase64(chosen.dataUrl) } }),
      saveSignature: chosen !== null && chosen.id === null && saveSignature.value,
      ...(needsPlacement.value && placement.value && { placements: [placement.value] }),
    };
  }

  /** The answer got lost: the signature may exist. Ask before anything is tried again. */
  async function checkWhetherSigned(lost: PageError): Promise<void> {
    busy.value = 'check';
    try {
      const now = await client.contract();
      if (now.step?.refusalCode === 'ALREADY_SIGNED' || now.contract.status === 'COMPLETE') {
        finish({
          status: 'SIGNED',
          contractStatus: now.contract.status,
          callbackPage: now.callbackPage,
        });
        return;
      }
    } catch {
      // Still no connection: the person may try again, signing twice is not possible.
    }
    problem.value = lost;
  }

  function finish(result: SignResult): void {
    lifetime.stop();
    sheet.value = null;
    outcome.value = { kind: 'SIGNED', result };
  }

  async function reject(reason: string): Promise<void> {
    if (busy.value) return;
    busy.value = 'reject';
    problem.value = null;
    try {
      await client.reject(reason);
      sheet.value = null;
      outcome.value = { kind: 'REJECTED' };
    } catch (error) {
      await refused(error);
    } finally {
      busy.value = null;
    }
  }

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
    if (wait !== undefined && busy.value !== 'reject') resend.start(wait);
    if (code === 'PICTURE_REQUIRED') sheet.value = 'signature';
    if (error instanceof PageError && code === 'PLACEMENT_REQUIRED') askForPlacement(error);
  }

  function askForPlacement(error: PageError): void {
    sheet.value = null;
    notice.value = error;
    isPlacing.value = true;
  }

  async function showNewState(error: PageError): Promise<void> {
    lifetime.stop();
    sentCode.value = null;
    sheet.value = null;
    isPlacing.value = false;
    placement.value = null;
    notice.value = error;
    await options.reload();
    // Nothing is left to do: the page then says why by itself.
    if (step.value?.canSign === false && step.value.refusalCode) notice.value = null;
  }

  return {
    sheet,
    isPlacing,
    placement,
    signature,
    saveSignature,
    sentCode,
    resend,
    busy,
    problem,
    notice,
    outcome,
    canDecline: computed(() => step.value?.canReject === true && page.value.buttons.reject !== false),
    start,
    signatureConfirmed: () => {
      if (signature.value) afterSignature();
    },
    placementConfirmed: () => {
      if (placement.value) openCodeSheet();
    },
    requestCode,
    sign,
    reject,
    closeSheet: () => {
      sheet.value = null;
      problem.value = null;
    },
  };
}

/** The revisions on the screen: what the person has seen and is about to sign. */
export function revisionsOf(page: ContractPage): DocumentRevision[] {
  return page.documents.map(({ id, revision }) => ({ documentId: id, revision }));
}

function defaultSignature(page: ContractPage): ChosenSignature | null {
  const saved = page.signatures.find((signature) => signature.isDefault) ?? page.signatures[0];
  return saved ? { id: saved.id, dataUrl: saved.dataUrl } : null;
}
