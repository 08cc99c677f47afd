import type { ContractDocument, PageClient } from '@qishu/api-client';

/**
 * Hands the file to the browser's own download. Through a plain link where the cookie works, because web
 * views in chat applications often refuse generated addresses.
 */
export async function saveFile(client: PageClient, file: Pick<ContractDocument, 'id' | 'title'>): Promise<void> {
  if (client.hasCookieSession) {
    follow(client.downloadUrl(file.id), '');
    return;
  }
  const address = URL.createObjectURL(await client.download(file.id));
  follow(address, `${file.title}.pdf`);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function follow(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
