// FHIRPath N1: a syntax tree made into functions, once and before any resource is seen.
import { answer, type Environment, NOTHING, type Run, spend } from './environment.js';
import { EXISTENCE } from './existence.js';
import { FHIR_FUNCTIONS } from './fhir-functions.js';
import type { PathFunction } from './functions.js';
import { hasPath, type Item, isNode, isOfType, Moment, pushNamed } from './item.js';
import { PathSyntaxError } from './lexer.js';
import { operation } from './operators.js';
import { SELECTION, typeIn } from './selection.js';
import type { Tree } from './syntax.js';
import { TEXT } from './text.js';
import { truth } from './value.js';

const FUNCTIONS: Readonly<Record<string, PathFunction>> = { ...EXISTENCE, ...SELECTION, ...TEXT, ...FHIR_FUNCTIONS };

/** Functions whose argument is the name of a type, and so no expression. */
const TYPE_ARGUMENT = new Set(['is', 'as', 'ofType']);

const FOCUS: Run = (focus) => focus;

/** @throws PathSyntaxError for a function, variable or operator that is not known here. */
export function make(tree: Tree): Run {
  const run = madeOf(tree);
  return tree.kind !== 'variable' && isOfResource(tree) ? remembered(run) : run;
}

/** A path from the resource that looks at nothing else. */
function isOfResource(tree: Tree): boolean {
  if (tree.kind === 'variable') return tree.name === 'resource' || tree.name === 'rootResource';
  if (tree.kind === 'member') return tree.of !== undefined && isOfResource(tree.of);
  return tree.kind === 'call' && tree.of !== undefined && tree.arguments.length === 0 && isOfResource(tree.of);
}

function remembered(run: Run): Run {
  return (focus, environment) => {
    let found = environment.memo.get(run);
    if (!found) {
      found = run(focus, environment);
      environment.memo.set(run, found);
    }
    return found;
  };
}

function madeOf(tree: Tree): Run {
  switch (tree.kind) {
    case 'literal': {
      const constant = [tree.value];
      return () => constant;
    }
    case 'moment': {
      const constant = [new Moment(tree.text)];
      return () => constant;
    }
    case 'empty':
      return () => NOTHING;
    case 'variable':
      return variable(tree.name);
    case 'special':
      return special(tree.name);
    case 'member':
      return tree.of ? member(make(tree.of), tree.name) : first(tree.name);
    case 'call':
      return call(tree);
    case 'index':
      return item(make(tree.of), make(tree.at));
    case 'polarity':
      return operation('-', () => ZERO, tree.sign === '-' ? make(tree.of) : operation('-', () => ZERO, make(tree.of)));
    case 'type':
      return tree.operator === 'is' ? is(make(tree.of), tree.name) : as(make(tree.of), tree.name);
    default:
      return operation(tree.operator, make(tree.left), make(tree.right));
  }
}

const ZERO: readonly Item[] = [0];

function member(of: Run, name: string): Run {
  return (focus, environment) => {
    const found: Item[] = [];
    for (const each of of(focus, environment)) if (isNode(each)) pushNamed(each, name, found);
    spend(environment, found.length);
    return found;
  };
}

/** At the start of a path, `Patient` is the resource itself if it is one. */
function first(name: string): Run {
  const child = member(FOCUS, name);
  if (!/^[A-Z]/.test(name)) return child;
  return (focus, environment) => {
    const [only] = focus;
    if (focus.length === 1 && isNode(only!) && isOfType(only, name)) return focus;
    return child(focus, environment);
  };
}

function item(of: Run, at: Run): Run {
  return (focus, environment) => {
    const [index] = at(focus, environment);
    const found = typeof index === 'number' ? of(focus, environment)[index] : undefined;
    return found === undefined ? NOTHING : [found];
  };
}

function is(of: Run, type: string): Run {
  return (focus, environment) => {
    const found = of(focus, environment);
    return found.length === 0 ? NOTHING : answer(isOfType(found[0]!, type));
  };
}

function as(of: Run, type: string): Run {
  return (focus, environment) => of(focus, environment).filter((each) => isOfType(each, type));
}

function special(name: '$this' | '$index' | '$total'): Run {
  if (name === '$this') return FOCUS;
  return name === '$index' ? (_, { index }) => [index] : (_, { total }) => total;
}

const CONSTANTS: Readonly<Record<string, string>> = {
  ucum: 'http://unitsofmeasure.org',
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
};

function variable(name: string): Run {
  if (name === 'resource') return (_, { resource }) => [resource];
  if (name === 'rootResource') return (_, { rootResource }) => [rootResource];
  if (name === 'context') return (_, { context }) => [context];
  const text = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : terminology(name);
  if (text === undefined) throw new PathSyntaxError(`there is no variable %${name}`);
  return () => [text];
}

/** FHIR R4, section 2.9.1.3: `vs-[name]` and `ext-[name]`. */
function terminology(name: string): string | undefined {
  if (name.startsWith('vs-')) return `http://hl7.org/fhir/ValueSet/${name.slice(3)}`;
  return name.startsWith('ext-') ? `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}` : undefined;
}

function call(tree: Tree & { kind: 'call' }): Run {
  const { of, name, arguments: trees } = tree;
  const isAsked = (name === 'exists' || name === 'empty') && trees.length === 0;
  const names = isAsked ? namesOf(of) : undefined;
  return names ? there(names, name === 'exists') : anyCall(tree);
}

function anyCall({ of, name, arguments: trees }: Tree & { kind: 'call' }): Run {
  const subject = of ? make(of) : FOCUS;
  if (name === 'is') return is(subject, typeIn(trees[0]));
  if (name === 'iif') return iif(subject, trees);
  if (name === 'aggregate') return aggregate(subject, trees);
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!known) throw new PathSyntaxError(`there is no function ${name}()`);
  if (trees.length < known.least || trees.length > known.most) {
    throw new PathSyntaxError(`${name}() has ${trees.length} arguments`);
  }
  return known.make(subject, TYPE_ARGUMENT.has(name) ? [] : trees.map(make), trees);
}

/** `a.b.c`, from the focus; undefined for any other path. */
function namesOf(tree: Tree | undefined): string[] | undefined {
  if (tree?.kind !== 'member' || /^[A-Z]/.test(tree.name)) return undefined;
  if (!tree.of) return [tree.name];
  const before = namesOf(tree.of);
  return before && [...before, tree.name];
}

/** Most constraints only ask whether something is there. */
function there(names: readonly string[], wanted: boolean): Run {
  return (focus) => {
    for (const each of focus) if (isNode(each) && hasPath(each, names)) return answer(wanted);
    return answer(!wanted);
  };
}

/** Only the branch that is taken is run. */
function iif(subject: Run, trees: readonly Tree[]): Run {
  if (trees.length < 2 || trees.length > 3) throw new PathSyntaxError(`iif() has ${trees.length} arguments`);
  const [criterion, then, otherwise] = trees.map(make);
  return (focus, environment) => {
    const on = subject(focus, environment);
    const branch = truth(criterion!(on, environment)) === true ? then : otherwise;
    return branch ? branch(on, environment) : NOTHING;
  };
}

function aggregate(subject: Run, trees: readonly Tree[]): Run {
  const [step, start] = trees.map(make);
  if (!step) throw new PathSyntaxError('aggregate() has no argument');
  return (focus, environment) => {
    const { index, total } = environment;
    environment.total = start ? start(focus, environment) : NOTHING;
    subject(focus, environment).forEach((each, at) => {
      environment.index = at;
      environment.total = step([each], environment);
    });
    return restore(environment, index, total);
  };
}

/** Gives the total, and puts back what an outer function had. */
function restore(environment: Environment, index: number, outer: readonly Item[]): readonly Item[] {
  const { total } = environment;
  environment.index = index;
  environment.total = outer;
  return total;
}
