/** What is known of one beginning of a list: the hash of the list that ends here, and longer ones by their next part. */
interface Place {
  hash?: bigint;
  next?: Map<string, Place>;
}

/**
 * Hashes by their parts, as many as were asked for lately: of a full generation those are dropped that nobody asks for until the
 * next is full too. Going part by part costs less than making one key of all: most parts come again and again.
 */
export class KnownHashes {
  #young: Place = {};
  #old: Place = {};
  #size = 0;

  constructor(private readonly generation: number) {}

  get(parts: readonly string[]): bigint | undefined {
    const hash = placeOf(this.#young, parts)?.hash;
    if (hash !== undefined) return hash;
    const old = placeOf(this.#old, parts)?.hash;
    if (old !== undefined) this.set(parts, old);
    return old;
  }

  set(parts: readonly string[], hash: bigint): void {
    if (this.#size >= this.generation) {
      this.#old = this.#young;
      this.#young = {};
      this.#size = 0;
    }
    this.#size += 1;
    let place = this.#young;
    for (const part of parts) place = placeBehind(place, part);
    place.hash = hash;
  }
}

function placeOf(start: Place, parts: readonly string[]): Place | undefined {
  let place: Place | undefined = start;
  for (const part of parts) {
    place = place.next?.get(part);
    if (place === undefined) return undefined;
  }
  return place;
}

function placeBehind(place: Place, part: string): Place {
  place.next ??= new Map();
  const known = place.next.get(part);
  if (known !== undefined) return known;
  const made = {};
  place.next.set(copyOf(part), made);
  return made;
}

/** A part of a document would keep all of its text in memory. */
function copyOf(part: string): string {
  return Buffer.from(part).toString();
}
