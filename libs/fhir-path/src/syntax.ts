/** A syntax tree of the subset. */
export type Expression =
  | { kind: 'union'; parts: Expression[] }
  | { kind: 'and' | 'or' | '=' | '!='; left: Expression; right: Expression }
  | { kind: 'is'; left: Expression; type: string }
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'path'; root: Root; steps: Step[] };

export type Root =
  | { kind: 'focus' }
  | { kind: 'resource' }
  | { kind: 'name'; name: string }
  | { kind: 'group'; of: Expression };

export type Step =
  | { kind: 'child'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'ofType'; type: string }
  | { kind: 'where'; criteria: Expression }
  | { kind: 'extension'; url: string }
  | { kind: 'exists' }
  | { kind: 'resolve' };
