/** Hand-written, typed client of the page API. It knows HTTP and types, nothing of screens. */
export * from './types';
export { PAGE_ERROR_CODES, PageError, pageErrorFrom } from './errors';
export type { PageErrorCode } from './errors';
export { createPageClient } from './client';
export { watchSigned } from './watchSigned';
export type { PageClient, PageClientOptions } from './client';
