export type { Extension, X509Certificate } from '@peculiar/x509';

/** The library with which certificates are made; loaded only then, because it takes long and hardly any start makes one. */
export async function x509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata'); // must be there before it
  return import('@peculiar/x509');
}
