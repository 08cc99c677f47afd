/**
 * Watches the calls of the page API and tells once that the person has signed or decided, and that nothing more waits for
 * them: for whoever shows the page inside something else.
 */
export function watchSigned(doFetch: typeof fetch, onSigned: () => void): typeof fetch {
  let isPending = false;
  return async (input, init) => {
    const response = await doFetch(input, init);
    const path = new URL(String(input), 'https://page.invalid').pathname;
    if (!response.ok) return response;
    if (path.endsWith('/sign') || path.endsWith('/audit')) {
      const { status } = (await json(response)) as { status?: string };
      isPending ||= status === 'SIGNED' || status === 'APPROVED';
    } else if (isPending && path.endsWith('/contract')) {
      const { step } = (await json(response)) as { step?: { canSign?: boolean } | null };
      if (step?.canSign !== true) {
        isPending = false;
        onSigned();
      }
    }
    return response;
  };
}

async function json(response: Response): Promise<unknown> {
  return response
    .clone()
    .json()
    .catch(() => ({}));
}
