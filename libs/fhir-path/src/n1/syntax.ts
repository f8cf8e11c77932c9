/** A syntax tree of FHIRPath. */
export type Tree =
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'moment'; text: string }
  | { kind: 'empty' }
  | { kind: 'variable'; name: string }
  | { kind: 'special'; name: '$this' | '$index' | '$total' }
  | { kind: 'member'; of: Tree | undefined; name: string }
  | { kind: 'call'; of: Tree | undefined; name: string; arguments: Tree[] }
  | { kind: 'index'; of: Tree; at: Tree }
  | { kind: 'polarity'; sign: '+' | '-'; of: Tree }
  | { kind: 'type'; operator: 'is' | 'as'; of: Tree; name: string }
  | { kind: 'binary'; operator: string; left: Tree; right: Tree };
