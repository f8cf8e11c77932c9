import type { Entry } from './entry.js';
import { type Hospital, narrative, type Pointer } from './hospitals.js';
import type { Random } from './random.js';

/** A reference to what is made in the same transaction. */
export interface Made {
  readonly reference: string;
  readonly display?: string;
}

/** One patient's record while it is written: what all of it refers to, and what there is of it so far. */
export class Chart {
  readonly entries: Entry[] = [];
  /** Set first of all. */
  patient: Made = { reference: '' };
  coverage: Made = { reference: '' };

  constructor(
    readonly random: Random,
    readonly hospital: Hospital,
    readonly payer: Pointer,
  ) {}

  /** Adds a resource and gives the reference to it; `title` is its narrative. */
  add(resourceType: string, title: string, elements: object): Made {
    const fullUrl = `urn:uuid:${this.random.uuid()}`;
    const resource = { resourceType, text: narrative(title), ...elements };
    this.entries.push({ fullUrl, resource, request: { method: 'POST', url: resourceType } });
    return { reference: fullUrl };
  }
}

/** A visit, and all that is written down at it refers to it. */
export interface Visit {
  readonly encounter: Made;
  readonly doctor: Pointer;
  readonly start: number;
  readonly end: number;
  readonly reason?: object;
}
