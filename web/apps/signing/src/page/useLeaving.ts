import type { ContractPage } from '@qishu/api-client';
import { computed, ref, type ComputedRef, type Ref } from 'vue';
import { returnAddress } from './returnAddress';

export interface Leaving {
  /** Where "back" leads; null when there is no way back. */
  home: ComputedRef<string | null>;
  /** The person is being asked whether to follow an address nobody has vouched for. */
  isAsking: Ref<boolean>;
  leave(): void;
  leaveAnyway(): void;
}

/** The way back to the integrator: at once where the application has listed the address, else by way of a question. */
export function useLeaving(
  page: Readonly<Ref<Pick<ContractPage, 'callbackPage' | 'callbackTrusted'>>>,
  go: (address: string) => void,
): Leaving {
  const isAsking = ref(false);
  const home = computed(() => returnAddress(page.value.callbackPage));

  function leaveAnyway(): void {
    isAsking.value = false;
    if (home.value) go(home.value);
  }

  return {
    home,
    isAsking,
    leave: () => {
      if (page.value.callbackTrusted) leaveAnyway();
      else isAsking.value = home.value !== null;
    },
    leaveAnyway,
  };
}
