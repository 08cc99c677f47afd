import type { PageClient, SigningTask } from '@qishu/api-client';
import { onScopeDispose, ref, watch, type Ref } from 'vue';

export interface SealPictures {
  /** Address of a seal's picture once it is there; `null` is the standard seal. */
  of(task: SigningTask, sealId: string | null): string | null;
}

/** Fetches the pictures of the seals on offer and keeps them as long as the page shows these steps. */
export function useSealPictures(client: PageClient, tasks: Readonly<Ref<readonly SigningTask[]>>): SealPictures {
  const addresses = ref<Record<string, string>>({});
  const asked = new Set<string>();

  async function load(task: SigningTask, sealId: string | null): Promise<void> {
    const key = keyOf(task.id, sealId);
    if (asked.has(key)) return;
    asked.add(key);
    try {
      const picture = await client.sealPicture(task.id, sealId);
      addresses.value = { ...addresses.value, [key]: URL.createObjectURL(picture) };
    } catch {
      // The seal's name stands for it; it is asked for again when the step is shown anew.
      asked.delete(key);
    }
  }

  watch(
    tasks,
    (now) => {
      for (const task of now) {
        for (const seal of task.seals) void load(task, seal.id);
        if (task.company && task.placementKind === 'COMPANY') void load(task, null);
      }
    },
    { immediate: true },
  );
  onScopeDispose(() => Object.values(addresses.value).forEach((address) => URL.revokeObjectURL(address)));

  return { of: (task, sealId) => addresses.value[keyOf(task.id, sealId)] ?? null };
}

function keyOf(stepId: string, sealId: string | null): string {
  return `${stepId}/${sealId ?? 'standard'}`;
}
