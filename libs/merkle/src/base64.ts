// RFC 4648 section 4: base64 with padding, and only its canonical form (section 3.5)

/** The bytes of canonical, padded base64; undefined for anything else (Node's own decoder forgives). */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
