// fabric-shim reads the caller's certificate anew for every call, which takes longer than many a function that is then run.
import { Certificate } from '@fidm/x509';

const REMEMBERED = 100;
const read = Certificate.fromPEM.bind(Certificate);
const known = new Map<string, Certificate>();

/** The same text is read once: nobody changes what came of it. */
Certificate.fromPEM = (pem) => {
  const text = pem.toString('latin1');
  const found = known.get(text) ?? read(pem);
  if (known.size >= REMEMBERED && !known.has(text)) known.clear();
  known.set(text, found);
  return found;
};
