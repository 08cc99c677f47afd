import type { ContractDocument, PageClient } from '@qishu/api-client';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { openDocument, type OpenDocument } from './pdfEngine';

/** Keeps the file of the shown document open; another document or revision replaces it. */
export function useOpenDocument(
  client: PageClient,
  shown: () => ContractDocument,
): { file: ShallowRef<OpenDocument | null>; failure: ShallowRef<unknown>; isLoading: Ref<boolean>; retry: () => void } {
  const file = shallowRef<OpenDocument | null>(null);
  const failure = shallowRef<unknown>(null);
  const isLoading = ref(false);
  let turn = 0;

  async function load(): Promise<void> {
    turn += 1;
    const mine = turn;
    close();
    failure.value = null;
    isLoading.value = true;
    const { id, revision } = shown();
    const fail = (error: unknown): void => {
      if (mine === turn) failure.value = error;
    };
    try {
      const opened = await openDocument(client, { documentId: id, revision }, fail);
      if (mine === turn) file.value = opened;
      else opened.close();
    } catch (error) {
      fail(error);
    } finally {
      if (mine === turn) isLoading.value = false;
    }
  }

  function close(): void {
    file.value?.close();
    file.value = null;
  }

  watch(() => `${shown().id} ${shown().revision}`, () => void load(), { immediate: true });
  onScopeDispose(() => {
    turn += 1;
    close();
  });
  return { file, failure, isLoading, retry: () => void load() };
}
