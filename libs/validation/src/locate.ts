// FHIR R4, OperationOutcome: extensions operationoutcome-issue-line and operationoutcome-issue-col.
import { elements, members } from '#libs/fhir-json';

/** A place in a text, both counted from 1; columns are UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Finds values in a JSON text that has been parsed before. */
export class Locator {
  private readonly text: string;
  private readonly starts = new Map<string, number>([['', 0]]);
  private lines: number[] | undefined;

  /** `base` is a pointer to what the pointers asked about begin at. */
  constructor(
    source: string | Uint8Array,
    private readonly base = '',
  ) {
    this.text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  }

  /** Where the value that a JSON pointer leads to begins; of a member that is not there, where its owner begins. */
  place(pointer: string): TextPlace {
    return this.at(this.start(this.base + pointer));
  }

  private start(pointer: string): number {
    const known = this.starts.get(pointer);
    if (known !== undefined) return known;
    const slash = pointer.lastIndexOf('/');
    const owner = this.start(pointer.slice(0, slash));
    const start = this.child(owner, pointer.slice(slash + 1)) ?? owner;
    this.starts.set(pointer, start);
    return start;
  }

  private child(owner: number, step: string): number | undefined {
    const at = this.text.slice(owner).search(/\S/) + owner;
    if (this.text[at] === '{') {
      for (const { name, start } of members(this.text, at)) if (name === step) return start;
    } else if (this.text[at] === '[') {
      let index = Number(step);
      for (const { start } of elements(this.text, at)) if (index-- === 0) return start;
    }
    return undefined;
  }

  private at(offset: number): TextPlace {
    this.lines ??= lineStarts(this.text);
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.lines[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.lines[low]! + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
