import type { PageClient } from '@qishu/api-client';
import { inject, type InjectionKey } from 'vue';

export const clientKey: InjectionKey<PageClient> = Symbol('page client');

/** The client the application was started with. */
export function useClient(): PageClient {
  const client = inject(clientKey);
  if (!client) throw new Error('no page client was provided');
  return client;
}
